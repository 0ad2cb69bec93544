import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

// Outdated says that somebody else changed what is being edited, who if that is known, and offers to go on from their state.
export function Outdated({ who, onRebase, onReset }: { who?: string | undefined; onRebase: () => void; onReset: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" role="alert" title={who ? t("draft.outdatedBy", { who }) : t("draft.outdated")}>
      <Stack gap="sm">
        <Text size="sm">{t("draft.outdatedDetail")}</Text>
        <Group gap="xs">
          <Button size="xs" onClick={onRebase}>
            {t("draft.rebase")}
          </Button>
          <Button size="xs" variant="default" onClick={onReset}>
            {t("draft.discard")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
