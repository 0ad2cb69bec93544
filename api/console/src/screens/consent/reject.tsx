import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { api, done } from "../../api/client";
import type { Plugin } from "../../api/queries";
import { useConfirm } from "../../parts/Confirm";
import { notifyDone, notifyFailure } from "../../parts/Failed";
import { paths } from "../../paths";
import type { Plan } from "./plan";

// useReject throws an uploaded version away: the whole plugin where nothing of it was ever installed. What was installed once has data and
// grants, which only the removal of the plugin may take.
export function useReject(plugin: Plugin, plan: Plan, onClose: () => void) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const [, go] = useLocation();
  const params = { path: { id: plugin.id } };
  const whole = plugin.installedAt === null;
  const reject = useMutation({
    mutationFn: () =>
      whole ? done(api.DELETE("/api/v1/plugins/{id}", { params })) : done(api.DELETE("/api/v1/plugins/{id}/candidate", { params })),
    onSuccess: () => {
      notifyDone(t("consent.rejected", { name: plan.name, version: plan.version }));
      if (whole) go(paths.zone, { replace: true });
      else onClose();
    },
    onError: (e) => notifyFailure(e),
  });
  return {
    can: plugin.candidate?.digest === plan.digest && (whole || plugin.active),
    busy: reject.isPending,
    act: async () => {
      const yes = await confirm({
        title: t("consent.rejectTitle", { name: plan.name }),
        body: whole ? t("consent.rejectText") : t("consent.rejectCandidateText", { version: plan.version }),
        action: t("consent.reject"),
        name: plan.name,
      });
      if (yes) reject.mutate();
    },
  };
}
