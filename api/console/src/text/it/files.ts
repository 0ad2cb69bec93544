import type { Text } from "..";
import type en from "../en/files";

const it: Text<typeof en> = {
  title: "File",
  find: "Cerca un file",
  count_one: "{{count}} file",
  count_other: "{{count}} file",
  found: "{{found}} file su {{total}}",
  beside: "Scritto accanto al codice",
  covers: "Copre il file della versione",
  cover: "Scrivine uno al suo posto",
  content: "Contenuto",
  editNote: "Viene scritto accanto al codice; il file della versione resta. Il plugin lo legge al prossimo avvio.",
  empty: "(vuoto)",
  binary: "Non è testo, quindi non viene mostrato. Si può scaricare.",
  beginning: "Questo è l'inizio di un file grande. Scaricalo per vederlo tutto.",
  hash: "SHA-256",
  hashCovered: "SHA-256 del file della versione, che è coperto",
  copyHash: "Copia lo SHA-256",
  deleteTitle: "Eliminare questo file?",
  deleteBody: "Quello che è stato scritto accanto al codice viene eliminato e non si può recuperare.",
  deleteCovering:
    "Quello che è stato scritto accanto al codice viene eliminato e non si può recuperare. Al prossimo avvio torna il file della versione.",
};
export default it;
