import { Code, JsonInput, List, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Consent.module.css";
import { parsed } from "./decision";
import type { Plan } from "./plan";

// RefusedSettings asks for settings that the version takes, where it refuses those that are there.
export function RefusedSettings({ plan, text, onChange }: { plan: Plan; text: string; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const read = parsed(text);
  return (
    <Paper withBorder p="md" className={classes.risk} style={{ "--risk": "var(--mantine-color-yellow-7)" }}>
      <Stack gap="sm">
        <Text fw={650} size="sm" component="h3">
          {t("consent.settings.title")}
        </Text>
        <List size="sm" className={classes.break}>
          {plan.settings.refused.map((f) => (
            <List.Item key={f.field + f.message}>
              {f.field && <Code>{f.field}</Code>} <span lang="en">{f.message}</span>
            </List.Item>
          ))}
        </List>
        <JsonInput
          label={t("consent.settings.label", { version: plan.version })}
          description={t("consent.settings.text", { version: plan.version })}
          value={text}
          onChange={onChange}
          error={"why" in read ? t("consent.settings.invalid", { why: read.why }) : null}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
      </Stack>
    </Paper>
  );
}
