import type { Text } from "..";
import type en from "../en/permission";

const it: Text<typeof en> = {
  group: {
    network: "Rete",
    files: "File",
    devices: "Dispositivi e browser",
    plugins: "Altri plugin",
    public: "Indirizzi pubblici",
    desktop: "Chiamate e chat",
    scripts: "Script di installazione",
  },
  any: "Può raggiungere ogni indirizzo di Internet e della tua rete",
  observe: "È osservato: per ora può raggiungere ogni indirizzo pubblico, e ciò che raggiunge viene registrato",
  host: "Può raggiungere {{host}} sulla porta {{port}}",
  hostAny: "Può raggiungere {{host}} su ogni porta",
  below: "Può raggiungere ogni host sotto {{host}} sulla porta {{port}}",
  belowAny: "Può raggiungere ogni host sotto {{host}} su ogni porta",
  range: "Può raggiungere gli indirizzi {{host}} sulla porta {{port}}",
  rangeAny: "Può raggiungere gli indirizzi {{host}} su ogni porta",
  listen: "Vuole la porta {{port}} di questa macchina, che non viene offerta: funziona senza",
  plugin: "Può chiamare il plugin {{name}}",
  route: "Chiunque su Internet può inviare {{method}} a {{path}} senza accedere",
  desktop: "Riceve {{event}} di chi ha aperta la sua pagina",
  event: {
    screenPop: "da quale cliente arriva una chiamata",
    calls: "tutto sulle chiamate",
    chats: "tutto sulle chat",
    other: "l’evento {{name}}",
  },
  scripts: "Durante l’installazione, su questa macchina vengono eseguiti script dei suoi pacchetti",
  browser: {
    microphone: "Può chiedere di usare il microfono",
    camera: "Può chiedere di usare la fotocamera",
    "clipboard-write": "Può mettere testo negli appunti",
    popups: "Può aprire finestre",
    downloads: "Può avviare download",
  },
  other: "{{code}}: {{value}}",
};
export default it;
