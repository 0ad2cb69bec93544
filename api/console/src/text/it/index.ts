import access from "./access";
import account from "./account";
import audit from "./audit";
import common from "./common";
import consent from "./consent";
import danger from "./danger";
import events from "./events";
import failure from "./failure";
import files from "./files";
import gallery from "./gallery";
import keys from "./keys";
import login from "./login";
import logs from "./logs";
import metrics from "./metrics";
import overview from "./overview";
import plugin from "./plugin";
import profiles from "./profiles";
import settings from "./settings";
import shell from "./shell";
import staff from "./staff";
import system from "./system";
import tokens from "./tokens";
import versions from "./versions";
import webhooks from "./webhooks";
import workplace from "./workplace";
import zone from "./zone";

export default {
  access,
  account,
  audit,
  common,
  consent,
  danger,
  events,
  failure,
  files,
  gallery,
  keys,
  login,
  logs,
  metrics,
  overview,
  plugin,
  profiles,
  settings,
  shell,
  staff,
  system,
  tokens,
  versions,
  webhooks,
  workplace,
  zone,
};
