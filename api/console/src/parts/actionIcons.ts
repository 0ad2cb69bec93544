import { mdiOpenInApp, mdiPackageDown, mdiPackageVariantRemove, mdiPlay, mdiRestart, mdiStop, mdiTrashCanOutline } from "@mdi/js";
import type { Action } from "../api/pluginActions";

// actionIcons are the signs of what can be done to a plugin, the same on every screen.
export const actionIcons: Record<Action | "open" | "install", string> = {
  open: mdiOpenInApp,
  install: mdiPackageDown,
  start: mdiPlay,
  stop: mdiStop,
  restart: mdiRestart,
  uninstall: mdiPackageVariantRemove,
  remove: mdiTrashCanOutline,
};
