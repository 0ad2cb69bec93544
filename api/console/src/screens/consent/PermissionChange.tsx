import { Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { keyOf } from "../../parts/grants";
import { Tag } from "../../parts/Tag";
import { useWords } from "../../parts/useWords";
import classes from "./Consent.module.css";
import type { Plan } from "./plan";

// PermissionChange is what an upgrade asks for beyond what was granted, and what it no longer asks for.
export function PermissionChange({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const words = useWords(plan.plugin);
  if (!plan.installed) return null;
  const version = plan.installed.version;
  return (
    <Paper withBorder p="md">
      <Text size="sm" fw={650} mb={plan.added.length || plan.removed.length ? "xs" : 0} className={classes.break}>
        {plan.added.length ? t("consent.can.more", { count: plan.added.length, version }) : t("consent.can.noMore", { version })}
      </Text>
      <ul className={classes.list}>
        {plan.added.map((n) => (
          <li key={keyOf(n)} className={classes.item} data-change="added">
            <span className={classes.mark} aria-hidden="true">
              +
            </span>
            {words(n)} <Tag color="violet">{t("consent.can.isNew")}</Tag>
          </li>
        ))}
        {plan.removed.map((n) => (
          <li key={keyOf(n)} className={classes.item} data-change="removed">
            <span className={classes.mark} aria-hidden="true">
              −
            </span>
            <s>{words(n)}</s> <Tag>{t("consent.can.gone")}</Tag>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
