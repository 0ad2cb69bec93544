import type { Text } from "..";
import type en from "../en/gallery";

const it: Text<typeof en> = {
  title: "Galleria",
  lead: "I plugin forniti con questo server: da usare così come sono e da cui imparare. Sono plugin come tutti gli altri, e come gli altri chiedono il tuo consenso.",
  install: "Installa {{name}}",
  upgrade: "Aggiorna alla {{version}}",
  download: "Scarica lo zip di {{name}}",
  show: "Vai al plugin",
  installed: "Installato: {{version}}",
  uploaded: "Caricato",
  notHere: "Non ancora su questo server",
  back: "Tutta la galleria",
  none: "La galleria è vuota",
  noneDetail: "Questo server è stato compilato senza i suoi plugin. “make samples” e una nuova compilazione li aggiungono.",
  missing: "Nella galleria non c'è “{{name}}”",
};
export default it;
