import { Badge, type MantineColor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../api/queries";
import classes from "./StatePill.module.css";
import { When } from "./When";

// Shown is a plugin's state as people see it: what it does, or why it cannot.
export type Shown = Plugin["state"] | "candidate" | "installing" | "quarantined" | "waiting";

export const colors: Record<Shown, MantineColor> = {
  running: "green",
  starting: "blue",
  stopping: "blue",
  installing: "blue",
  waiting: "blue",
  backoff: "yellow",
  failed: "red",
  quarantined: "red",
  stopped: "gray",
  candidate: "violet",
};

export function shownState(p: Pick<Plugin, "state" | "stage" | "quarantine" | "waitingUntil">): Shown {
  if (p.quarantine) return "quarantined";
  if (p.stage === "uploaded") return "candidate";
  if (p.stage === "installing") return "installing";
  if (p.state === "stopped" && p.waitingUntil) return "waiting";
  return p.state;
}

// StatePill says what a plugin does, in a word, a colour and a dot.
export function StatePill({ state, since }: { state: Shown; since?: string | undefined }) {
  const { t } = useTranslation();
  return (
    <span className={classes.line}>
      <Badge
        variant="light"
        color={colors[state]}
        className={classes.pill}
        data-state={state}
        leftSection={<span className={classes.dot} data-busy={colors[state] === "blue" || undefined} />}
      >
        {t(`common.state.${state}`)}
      </Badge>
      {since && (
        <span className={classes.since}>
          <When at={since} short />
        </span>
      )}
    </span>
  );
}
