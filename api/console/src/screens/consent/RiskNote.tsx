import { Group, Paper, Text } from "@mantine/core";
import { mdiAlertOutline, mdiShieldCheckOutline, mdiShieldOutline } from "@mdi/js";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { needsOf } from "../../parts/grants";
import { Icon } from "../../parts/Icon";
import classes from "./Consent.module.css";
import { titleOf } from "./finding";
import type { Plan } from "./plan";
import { riskOf } from "./risk";

const looks = {
  low: [mdiShieldCheckOutline, "var(--mantine-color-green-7)"],
  medium: [mdiShieldOutline, "var(--mantine-color-yellow-7)"],
  high: [mdiAlertOutline, "var(--mantine-color-red-6)"],
} as const;

// RiskNote sums up in a word how much care this takes, and why.
export function RiskNote({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const { level, reasons, more } = riskOf(plan);
  const because = [...(more ? [t("consent.risk.more")] : []), ...reasons.map((f) => titleOf(f, t))];
  const [icon, color] = looks[level];
  const text = because.length
    ? `${t("consent.risk.because")} ${because.join(", ")}`
    : t(needsOf(plan.requested).length ? "consent.risk.lowText" : "consent.risk.nothing");
  return (
    <Paper withBorder p="sm" className={classes.risk} style={{ "--risk": color } as CSSProperties} data-risk={level} role="note">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <span className={classes.sign}>
          <Icon path={icon} size={22} />
        </span>
        <div>
          <Text size="sm" fw={650}>
            {t(`consent.risk.${level}`)}
          </Text>
          <Text size="sm" className={classes.break}>
            {text}
          </Text>
        </div>
      </Group>
    </Paper>
  );
}
