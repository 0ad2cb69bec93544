import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

// Outdated says that somebody else changed what is being edited, and offers to go on from their state.
export function Outdated({ onRebase, onReset }: { onRebase: () => void; onReset: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" role="alert" title={t("staff.outdated")}>
      <Stack gap="sm">
        <Text size="sm">{t("staff.outdatedDetail")}</Text>
        <Group gap="xs">
          <Button size="xs" onClick={onRebase}>
            {t("staff.rebase")}
          </Button>
          <Button size="xs" variant="default" onClick={onReset}>
            {t("staff.discard")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
