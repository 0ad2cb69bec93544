import { Button, List, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Consent.module.css";
import type { Moved } from "./plan";

// MovedNote says what changed since the plan was looked at.
export function MovedNote({ moved, onSeen }: { moved: Moved[]; onSeen: () => void }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="md" role="alert" className={classes.risk} style={{ "--risk": "var(--mantine-color-yellow-7)" }}>
      <Stack gap="xs" align="flex-start">
        <Text fw={650} size="sm">
          {t("consent.moved.title")}
        </Text>
        <Text size="sm">{t("consent.moved.text")}</Text>
        <List size="sm">
          {moved.map((m) => (
            <List.Item key={m}>{t(`consent.moved.${m}`)}</List.Item>
          ))}
        </List>
        <Button size="xs" variant="default" onClick={onSeen}>
          {t("consent.moved.go")}
        </Button>
      </Stack>
    </Paper>
  );
}
