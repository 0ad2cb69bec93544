import type { Text } from "..";
import type en from "../en/metrics";

const it: Text<typeof en> = {
  title: "Metriche",
  now: "Quanto usa adesso",
  window: "Periodo",
  windows: { hour: "Ultima ora", day: "Ultimo giorno" },
  as: "Mostra come",
  forms: { charts: "Grafici", table: "Tabella" },
  table: "Metriche in tabella",
  time: "Da",
  since: "Misurate dal {{time}}",
  none: "non misurato",
  sum: "{{value}} in tutto",
  highest: "al massimo {{value}}",
  limit: "limite {{value}}",
  limitShort: "Limite",
  uptime: "In esecuzione da",
  memory: "Memoria",
  cpu: "Processore",
  active: "Richieste in corso",
  processes: "Processi",
  openFiles: "File aperti",
  data: "Dati propri",
  restarts: "Riavvii automatici",
  requests: "Richieste",
  errors: "Richieste fallite",
  p95: "Latenza del 95 % delle richieste",
};
export default it;
