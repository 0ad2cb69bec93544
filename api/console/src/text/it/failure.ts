import type { Text } from "..";
import type en from "../en/failure";

const it: Text<typeof en> = {
  title: "Operazione non riuscita",
  unreachable: "Il server non risponde",
  unreachableDetail: "La connessione al server è interrotta, oppure il server si sta riavviando.",
  step: "Errore nel passo “{{step}}”",
  output: "Le ultime righe del suo output",
  requestId: "Richiesta {{id}}",
  copyId: "Copia l'id della richiesta",
  unexpected: "Errore interno della console",
  unexpectedDetail: "Ricarica la pagina. Se succede di nuovo, segnala che cosa hai fatto.",
  unloaded: "Questa parte della console non è stata caricata",
  unloadedDetail: "Il server non risponde, oppure è stato aggiornato nel frattempo. Ricarica la pagina; ciò che non era salvato va perso.",
  reload: "Ricarica",
  notFound: "A questo indirizzo non c'è nulla",
  notFoundDetail: "Forse è stato rimosso, oppure l'indirizzo è sbagliato.",
  home: "Vai all'inizio",
  next: {
    unreachable: "Controlla che il server sia in funzione, poi riprova.",
    forbidden: "Chiedi il permesso a un amministratore, o accedi con un utente che lo ha.",
    missing_scope: "Chiedi il permesso a un amministratore, o accedi con un utente che lo ha.",
    unauthorized: "Accedi di nuovo.",
    rate_limited: "Attendi un momento e riprova.",
    changed: "Qualcun altro l'ha modificato nel frattempo: ricontrolla e ripeti la modifica.",
    invalid: "Correggi i campi indicati e riprova.",
    too_large: "Riduci lo zip, o chiedi un XC_MAX_UPLOAD_MB più alto.",
    storage_full: "Libera spazio sul disco del server e riprova.",
    conflict: "Controlla prima lo stato attuale; forse è già fatto.",
    internal: "Cerca l'id della richiesta nel log del server.",
    job: "Guarda il log del plugin, elimina la causa e riprova.",
    output: "Guarda l'output qui sotto e il log del plugin, elimina la causa e riprova.",
  },
};
export default it;
