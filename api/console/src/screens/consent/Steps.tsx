import { Loader } from "@mantine/core";
import { mdiCheckCircle, mdiCircleOutline, mdiCloseCircle } from "@mdi/js";
import { useTranslation } from "react-i18next";
import type { Job } from "../../api/queries";
import { number } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import classes from "./Consent.module.css";

const signs = {
  queued: [mdiCircleOutline, undefined],
  succeeded: [mdiCheckCircle, "var(--mantine-color-green-7)"],
  failed: [mdiCloseCircle, "var(--mantine-color-red-6)"],
  cancelled: [mdiCloseCircle, undefined],
} as const;

// Steps are those of a job, and how far each is.
export function Steps({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <ol className={classes.steps} aria-label={t("consent.job.progress")}>
      {job.steps.map((s) => (
        <li key={s.name} className={classes.step} data-step={s.name} data-state={s.state}>
          {s.state === "running" ? (
            <Loader size={18} aria-hidden="true" />
          ) : (
            <span style={{ display: "grid", color: signs[s.state][1] }}>
              <Icon path={signs[s.state][0]} />
            </span>
          )}
          {t(`consent.job.steps.${s.name}` as "consent.job.steps.check")}
          <span className={classes.stepState}>
            {s.state === "running" && s.percent > 0 ? `${number(s.percent)} %` : t(`consent.job.state.${s.state}`)}
          </span>
        </li>
      ))}
    </ol>
  );
}
