// What all other screens say.
import access from "./access";
import account from "./account";
import audit from "./audit";
import consent from "./consent";
import danger from "./danger";
import draft from "./draft";
import events from "./events";
import files from "./files";
import keys from "./keys";
import logs from "./logs";
import metrics from "./metrics";
import overview from "./overview";
import permission from "./permission";
import plugin from "./plugin";
import profiles from "./profiles";
import settings from "./settings";
import staff from "./staff";
import system from "./system";
import tokens from "./tokens";
import versions from "./versions";
import webhooks from "./webhooks";

export default {
  access,
  account,
  audit,
  consent,
  danger,
  draft,
  events,
  files,
  keys,
  logs,
  metrics,
  overview,
  permission,
  plugin,
  profiles,
  settings,
  staff,
  system,
  tokens,
  versions,
  webhooks,
};
