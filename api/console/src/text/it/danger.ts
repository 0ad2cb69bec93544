import type { Text } from "..";
import type en from "../en/danger";

const it: Text<typeof en> = {
  title: "Pericolo",
  export: "Esporta una copia",
  exportDetail:
    "Un file con la versione mostrata qui, le sue modifiche e le impostazioni, da importare su un altro host. I segreti restano cifrati.",
  exportData: "Con i suoi dati e ciò che è stato scritto accanto al suo codice",
  exportStops: "Il plugin si ferma per il momento in cui i suoi dati vengono copiati.",
  uninstall: "Disinstalla",
  uninstallDetail: "Mette il plugin fuori uso. Da qui può essere installato di nuovo.",
  uninstallEnds: "Viene fermato subito e sparisce da ogni barra laterale.",
  uninstallKeeps: "Le versioni caricate restano.",
  uninstallChoice: "Scegli tu se restano anche dati, impostazioni, permessi e modifiche, o se vengono eliminati per sempre.",
  remove: "Rimuovi",
  removeDetail: "Elimina il plugin con tutto ciò che gli appartiene. Non si può annullare.",
  removeInstalled: "Ferma e disinstalla il plugin ed elimina tutto ciò che gli appartiene. Non si può annullare.",
  removeFiles: "Tutte le sue versioni e i suoi file",
  removeData: "I suoi dati, le impostazioni con i segreti, i permessi, le modifiche e i log",
  removePeople: "A chi è stato dato: persone e profili lo perdono",
  removeTrail: "Il registro di controllo conserva ciò che gli è accaduto.",
};
export default it;
