import { Button, Group, Modal, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Once } from "../../parts/Once";

// SecretDialog shows a secret, the one time that it can be seen.
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("webhooks.secret")}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack>
        <Once label={t("webhooks.secretOnce")} text={secret} note={t("webhooks.secretUse")} />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t("tokens.kept")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
