import type { Text } from "..";
import type en from "../en/access";

const it: Text<typeof en> = {
  title: "Accesso",
  notInstalled: "Non è installato: chi lo ha potrà aprirlo quando lo sarà.",
  members: "Membri che lo hanno",
  membersDetail: "Ciò che dai o togli vale subito. Gli utenti con ruolo Admin hanno tutti i plugin.",
  giveTo: "Assegnalo a",
  choose: "Scegli un membro",
  allHave: "Lo hanno tutti",
  give: "Assegna",
  take: "Togli",
  takeFrom: "Togli a {{name}}",
  nobody: "Finora lo hanno solo gli amministratori.",
  profiles: "Profili che lo danno",
  profilesDetail: "Tutti i membri di un profilo ne hanno i plugin.",
  profileHas: "Il profilo {{name}} lo dà",
  preview: "Anteprima della barra laterale",
  previewAs: "Mostra la barra laterale come",
  previewOf: "Barra laterale come {{role}}",
  notThere: "{{name}} non è in questa barra laterale.",
  sidebar: {
    always: "Impostazione della barra laterale: always, visibile ad amministratori, utenti e agenti.",
    adminOnly: "Impostazione della barra laterale: adminOnly, visibile ad amministratori e utenti, non agli agenti.",
    agentOnly: "Impostazione della barra laterale: agentOnly, visibile solo agli agenti.",
    never: "Impostazione della barra laterale: never, visibile a nessuno.",
  },
  sees: {
    admin: "Lo vede ogni amministratore.",
    user: "Lo vede l'utente a cui è stato assegnato.",
    agent: "Lo vede l'agente a cui è stato assegnato.",
  },
  hidden: {
    setting: "La sua impostazione della barra laterale qui lo nasconde, a chiunque lo abbia.",
    page: "Il suo manifest non indica alcuna pagina per questo lato (views).",
  },
  opensSite: "Apre il sito",
  opensPage: "Apre la pagina",
  opensProgram: "Apre ciò che serve il suo programma.",
};
export default it;
