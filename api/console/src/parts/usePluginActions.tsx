import { Checkbox, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Action, useActing, usePluginAct, whyNot } from "../api/pluginActions";
import type { Plugin } from "../api/queries";
import { useConfirm } from "./Confirm";
import { notifyDone, notifyFailure } from "./Failed";

// usePluginActions is what can be done to a plugin from any screen: run asks where something would be lost, does it, and says what came of
// it; it answers whether it was done. why is the reason, in words, why an action cannot be done now. acting is what is under way.
export function usePluginActions(p: Plugin) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { mutateAsync } = usePluginAct();
  const acting = useActing(p.id);

  const why = (action: Action | "open") => {
    if (acting && action !== "open" && (action !== "stop" || acting === "stop")) return t(`common.acting.${acting}`);
    const reason = whyNot(action, p);
    return reason ? t(`common.whyNot.${reason}`) : null;
  };

  const agreed = async (action: Action, choice: { keepData: boolean }) => {
    if (action !== "uninstall" && action !== "remove") return true;
    return confirm({
      title: t(`common.confirm.${action}`, { name: p.name }),
      action: t(`common.action.${action}`),
      name: p.name,
      body: (
        <Stack gap="sm">
          {t(
            action === "uninstall" ? "common.confirm.uninstallBody" : p.active ? "common.confirm.removeBody" : "common.confirm.discardBody",
          )}
          {action === "uninstall" && (
            <Checkbox
              defaultChecked
              label={t("common.confirm.keepData")}
              description={t("common.confirm.keepDataHint")}
              onChange={(e) => {
                choice.keepData = e.currentTarget.checked;
              }}
            />
          )}
        </Stack>
      ),
    });
  };

  const run = async (action: Action): Promise<boolean> => {
    const choice = { keepData: true };
    if (!(await agreed(action, choice))) return false;
    try {
      await mutateAsync({ plugin: p.id, action, keepData: choice.keepData });
      notifyDone(t(`common.done.${action}`, { name: p.name }));
      return true;
    } catch (e) {
      notifyFailure(e, t(`common.undone.${action}`, { name: p.name }));
      return false;
    }
  };

  // button is what the button of an action is given: it turns while its action is under way.
  const button = (action: Action) => ({
    why: acting === action ? null : why(action),
    loading: acting === action,
    onClick: () => void run(action),
  });

  return { run, why, acting, button };
}
