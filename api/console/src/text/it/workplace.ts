import type { Text } from "..";
import type en from "../en/workplace";

const it: Text<typeof en> = {
  title: "Postazione",
  hello: "Ciao, {{user}}",
  lead: "Questi sono i plugin che ti sono stati assegnati. Ognuno si apre in una scheda e resta come lo lasci.",
  none: "Non hai ancora plugin",
  noneDetail: "Appena un amministratore te ne assegna uno, compare qui e nel menu da solo.",
  open: "Plugin aperti",
  close: "Chiudi {{name}}",
  reload: "Ricarica {{name}}",
  stale: "Questo plugin ora non è in esecuzione ({{state}}). Quello che vedi resta, ma potrebbe non rispondere finché il plugin non torna.",
  next: {
    stopped: "Questo plugin è fermo.",
    waiting: "Il server lo avvia da solo, tra poco:",
    starting: "Si sta avviando. La sua pagina si apre da sola appena è pronto.",
    stopping: "Si sta fermando.",
    backoff: "È terminato in modo inatteso. Il server lo riavvia da solo.",
    failed: "Non è stato possibile tenerlo in esecuzione e il server ha rinunciato.",
    running: "È in esecuzione.",
  },
  askAdmin: "Un amministratore può avviarlo; poi questa pagina si apre da sola.",
  start: "Avvia",
  logs: "Guarda il log",
  manage: "Gestisci il plugin",
  gone: "Questo plugin non è qui",
  goneDetail: "Ti è stato tolto o è stato rimosso, oppure l'indirizzo è sbagliato. Se ti serve, chiedi a un amministratore.",
  goneAdmin: "Non è installato, oppure la tua barra laterale non lo mostra (la sua impostazione).",
  wantsToOpen: "{{name}} vuole aprire un altro sito",
  refused: "{{name}} si apre in una finestra propria",
  refusedDetail:
    "Il sito rifiuta di essere mostrato dentro altre pagine, perché nessuno possa sovrapporvi qualcosa. Aprilo in una nuova finestra; qui resti collegato.",
  unlisted: "{{name}} è arrivato dopo il caricamento della console",
  unlistedDetail:
    "La console mostra solo i siti che conosceva quando è stata caricata. Ricaricala, oppure apri il sito in una nuova finestra.",
  away: "La pagina di {{name}} voleva andarsene",
  awayDetail:
    "Ha tentato di mostrare un altro sito al proprio posto, cosa che la console non permette ai plugin. Deve rimediare il suo autore.",
  awayBack: "Carica di nuovo la pagina",
  unsure: "Il server non ha potuto chiedere a questo sito se può essere mostrato qui. Se non appare nulla:",
  newWindow: "Apri in una nuova finestra",
};
export default it;
