import { Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import type { Plugin } from "../../api/queries";
import { Failed } from "../../parts/Failed";
import { Loaded } from "../../parts/Loaded";
import { paths } from "../../paths";
import classes from "./Consent.module.css";
import { Deciding } from "./Deciding";
import { JobView } from "./JobView";
import { type Plan, planQuery } from "./plan";
import { runningQuery } from "./running";

// Consent is the dialog of an installation: what the version is and may do, the decision, then the progress. The version and the job are in
// the address, so that a reload shows the same; an installation that is under way is found again without it.
export default function Consent({ plugin, onClose }: { plugin: Plugin; onClose: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const search = new URLSearchParams(useSearch());
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const version = search.get("version") ?? undefined;
  const running = useQuery({ ...runningQuery(plugin.id), enabled: plugin.stage === "installing" && !search.has("job") });
  const job = search.get("job") ?? running.data ?? null;
  const plan = useQuery({ ...planQuery(plugin.id, version), enabled: job === null });
  const show = (v: string | undefined, id?: string) => {
    const to = paths.consent(plugin.id, v);
    go(id ? `${to}${to.includes("?") ? "&" : "?"}job=${encodeURIComponent(id)}` : to, { replace: true });
  };
  // What was found goes into the address, so that its end is shown, too.
  const found = search.has("job") ? null : (running.data ?? null);
  const keep = useEffectEvent((id: string) => show(version, id));
  useEffect(() => {
    if (found) keep(found);
  }, [found]);
  const name = plugin.name;
  const title = job ? t("consent.titleWorking", { name }) : t(`consent.${titleOf(plan.data?.data)}`, { name });

  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={860}
      fullScreen={narrow ?? false}
      styles={{ title: { fontWeight: 650, overflowWrap: "anywhere", minWidth: 0 } }}
      closeButtonProps={{ "aria-label": t("common.close") }}
      classNames={{ content: classes.body }}
    >
      {job ? (
        <JobView
          id={job}
          plugin={plugin}
          version={version ?? plugin.candidate?.version ?? plugin.version}
          onRetry={() => show(version)}
          onClose={onClose}
        />
      ) : plan.error && !plan.data ? (
        <Failed error={plan.error} title={t("consent.noPlan")} retry={() => plan.refetch()} />
      ) : (
        <Loaded query={plan}>
          {(current) => (
            <Deciding key={version ?? ""} plugin={plugin} current={current} onBegun={(begun, v) => show(v, begun.id)} onClose={onClose} />
          )}
        </Loaded>
      )}
    </Modal>
  );
}

function titleOf(plan: Plan | undefined) {
  const kind = plan?.changes?.kind;
  const titles = { upgrade: "titleUpgrade", downgrade: "titleDowngrade", replace: "titleReplace", reinstall: "titleReinstall" } as const;
  return kind ? titles[kind] : "title";
}
