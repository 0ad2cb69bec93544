import { Button, Group, Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Settings.module.css";

// SaveBar stays in sight while there is something to save.
export function SaveBar({ count, blocked, onDiscard }: { count: number; blocked: boolean; onDiscard: () => void }) {
  const { t } = useTranslation();
  return (
    <div aria-live="polite" className={classes.bar}>
      {count > 0 && (
        <Paper withBorder shadow="md" px="md" py="sm">
          <Group justify="space-between" gap="xs">
            <Text size="sm" fw={600}>
              {t("settings.changes", { count })}
            </Text>
            <Group gap="xs">
              <Button variant="default" onClick={onDiscard}>
                {t("settings.discard")}
              </Button>
              <Button type="submit" disabled={blocked}>
                {t("settings.reviewAndSave")}
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
    </div>
  );
}
