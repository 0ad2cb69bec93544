import { Code, List, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { HostText } from "../../parts/HostText";
import { Tag } from "../../parts/Tag";
import classes from "./Consent.module.css";
import { titleOf } from "./finding";
import type { Plan } from "./plan";
import { bySeverity } from "./risk";

const colors = { high: "red", medium: "yellow", low: "blue", info: "gray" } as const;

// Findings are what the checks of the zip and of this machine found, the worst first, and what is to be mended in the manifest.
export function Findings({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  if (plan.findings.length === 0 && plan.warnings.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("consent.findings.none")}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Paper withBorder>
        {bySeverity(plan.findings).map((f) => (
          <div key={`${f.code} ${f.path} ${f.message}`} className={classes.group} data-severity={f.severity}>
            <div>
              <Tag color={colors[f.severity]}>{t(`common.severity.${f.severity}`)}</Tag>
            </div>
            <div className={classes.break}>
              <Text size="sm" fw={600}>
                {titleOf(f, t)}
              </Text>
              <HostText>{f.message}</HostText>
              {f.path && <Code>{f.path}</Code>}
            </div>
          </div>
        ))}
      </Paper>
      {plan.warnings.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            {t("consent.findings.warnings")}
          </Text>
          <List size="sm" className={classes.break} lang="en">
            {plan.warnings.map((w) => (
              <List.Item key={`${w.line} ${w.column} ${w.code} ${w.message}`}>
                {t("consent.findings.line", { line: w.line })}: {w.message}
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}
