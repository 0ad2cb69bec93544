import type { Text } from "..";
import type en from "../en/versions";

const it: Text<typeof en> = {
  title: "Versioni",
  lead: "Ciò che è installato, ciò che attende te e ciò a cui si può tornare.",
  list: "Versioni, dalla più recente",
  upload: "Carica una nuova versione",
  uploading: "Caricamento {{percent}} %",
  other: "Quello zip è di {{name}}, un altro plugin.",
  replaceTitle: "Sostituire la versione {{version}}?",
  replaceText: "Questa versione esiste già, con altro contenuto. Il caricamento ne prenderebbe il posto e attenderebbe il tuo consenso.",
  replace: "Sostituisci",
  is: { installed: "Installata", candidate: "Attende il consenso", former: "Prima dell’ultimo aggiornamento", trial: "In prova" },
  uploaded: "Caricata",
  files_one: "{{count}} file",
  files_other: "{{count}} file",
  size: "{{size}}, zip {{zip}}",
  byKey: "da {{name}}",
  unknownKey: "chiave {{id}}",
  fault: "Il server l’ha ritirata perché {{why}}",
  trial:
    "La versione {{version}} deve ancora dare prova di sé, da {{when}}. Se si blocca più volte o non diventa pronta, il server torna da solo alla versione {{former}}.",
  digest: "Copia lo SHA-256",
  compare: "Confronta con {{version}}",
  compareHide: "Nascondi la differenza",
  compareLabel: "Differenza tra {{from}} e {{to}}",
  decide: "Esamina e decidi",
  install: "Installa",
  again: "Installa di nuovo",
  goBack: "Torna indietro",
  noneTitle: "Ancora nessuna versione",
  back: {
    title: "Tornare alla versione {{version}}?",
    text: "La versione {{version}} prende il posto della {{installed}}. Le richieste attendono mentre si avvia. Puoi tornare alla {{installed}} allo stesso modo.",
    textPages:
      "La versione {{version}} prende il posto della {{installed}} da una richiesta all’altra. Puoi tornare alla {{installed}} allo stesso modo.",
    grants: "Riceve ciò che le era concesso allora, meno quanto le è stato tolto in seguito.",
    data: "Che cosa accade ai suoi dati",
    keep: "Lascia dati e impostazioni come sono",
    keepText: "La versione precedente trova ciò che ha scritto la più recente.",
    restore: "Ripristina dati e impostazioni di allora",
    restoreText: "Ciò che è stato scritto dal {{when}} va perso. La copia occupa {{size}}.",
    noSnapshot: "Prima dell’ultimo aggiornamento non è stata fatta alcuna copia.",
    action: "Torna alla {{version}}",
    refusedSettings: "Scegli di ripristinare le impostazioni di allora, oppure installa quella versione con impostazioni che accetta.",
  },
};
export default it;
