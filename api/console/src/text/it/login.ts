import type { Text } from "..";
import type en from "../en/login";

const it: Text<typeof en> = {
  title: "Accedi",
  username: "Nome utente",
  password: "Password",
  show: "Mostra o nascondi la password",
  submit: "Accedi",
  wait: "Attendi {{seconds}} s",
  or: "oppure",
  oidc: "Accedi con single sign-on",
  first: "Dov'è la prima password?",
  firstDetail:
    "L'host mostra la password dell'utente admin una sola volta, nel terminale in cui viene avviato per la prima volta. Senza terminale si trova nel file initial-admin-password nella cartella dei dati.",
  ended: "La sessione è terminata",
  endedDetail: "Accedi di nuovo: tornerai a questa pagina.",
  login_failed: "Nome utente o password errati",
  login_failedDetail: "Controlla le maiuscole e la lingua della tastiera. Un amministratore può impostare un'altra password.",
  totp_invalid: "Il codice è errato",
  totp_invalidDetail: "Forse è scaduto o già usato: attendi il prossimo. L'orologio del telefono deve essere giusto.",
  tooMany: "Troppi tentativi",
  tooManyDetail: "Per proteggere l'account, l'accesso è bloccato per un po'.",
  again: "Riprova tra {{time}}.",
  againNow: "Ora puoi riprovare.",
  codeTitle: "Secondo passo",
  codeDetail: "Scrivi il codice che l'app di autenticazione mostra per {{user}}.",
  recoveryDetail: "Scrivi uno dei codici di recupero di {{user}}. Ognuno vale una volta sola.",
  code: "Codice",
  recovery: "Codice di recupero",
  useRecovery: "Usa un codice di recupero",
  useCode: "Usa il codice dell'app",
  other: "Altro account",
  toLight: "Colori chiari",
  toDark: "Colori scuri",
};
export default it;
