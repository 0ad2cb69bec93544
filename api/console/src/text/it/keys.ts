import type { Text } from "..";
import type en from "../en/keys";

const it: Text<typeof en> = {
  title: "Chiavi degli editori",
  lead: "Di chi valgono qui le firme. Un plugin resta con la chiave che lo ha firmato per prima; quello che una chiave revocata ha firmato non viene eseguito né mostrato.",
  trust: "Aggiungi una chiave fidata",
  edit: "Modifica i dati di questa chiave",
  none: "Ancora nessuna chiave",
  noneDetail:
    "Senza, un plugin firmato appare come “Chiave sconosciuta”. Chiedi all'editore il suo file .pub di minisign, per una via diversa da quella del plugin.",
  publisher: "Editore",
  publisherDetail: "Come lo chiami tu; compare accanto a ogni plugin firmato con questa chiave.",
  id: "Chiave",
  standing: "Stato",
  since: "Deciso",
  trusted: "Fidata",
  revoked: "Revocata",
  replaces: "segue {{id}}",
  copy: "Copia la chiave di {{name}}",
  actionsOf: "Azioni per {{name}}",
  publicKey: "Chiave pubblica",
  publicKeyDetail: "Il testo del file .pub, o la sua seconda riga.",
  former: "La sua chiave precedente",
  formerDetail: "I plugin legati a quella accettano poi anche questa.",
  revoke: "Revoca",
  revokeTitle: "Revoca la chiave di {{name}}",
  revokeDetail:
    "Per una chiave rubata. Tutto quello che ha firmato viene fermato e messo in quarantena subito, e non si può più installare.",
  stops: "Questo ferma subito: {{plugins}}",
  stopsNone: "Nulla di quello che è installato ora è firmato con questa chiave.",
  reason: "Perché",
  reasonDetail: "Mostrato a chi incontra un plugin di questa chiave.",
  restore: "Ripristina la fiducia",
  restoreTitle: "Fidati di nuovo di questa chiave",
  restoreDetail: "Quello che ha firmato esce dalla quarantena e può essere avviato e installato di nuovo.",
  removeTitle: "Rimuovi questa chiave",
  removeDetail:
    "Il server dimentica quello che era stato deciso. I plugin firmati con essa appaiono poi come “Chiave sconosciuta”; continuano a funzionare, salvo che le firme siano obbligatorie.",
};
export default it;
