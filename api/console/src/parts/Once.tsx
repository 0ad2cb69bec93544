import { Button, Code, CopyButton, Group, Paper, Stack, Text } from "@mantine/core";
import { mdiCheck, mdiContentCopy, mdiDownloadOutline } from "@mdi/js";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";
import { save } from "./save";

// Once is something that is shown this once: to copy, and to keep as a file where it has a name for one.
export function Once({ label, text, file, note }: { label: string; text: string; file?: string; note?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="sm" role="group" aria-label={label}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600}>
            {label}
          </Text>
          <Group gap={4}>
            <CopyButton value={text}>
              {({ copied, copy }) => (
                <Button
                  size="compact-sm"
                  variant="light"
                  leftSection={<Icon path={copied ? mdiCheck : mdiContentCopy} size={16} />}
                  onClick={copy}
                >
                  <span aria-live="polite">{copied ? t("common.copied") : t("common.copy")}</span>
                </Button>
              )}
            </CopyButton>
            {file && (
              <Button
                size="compact-sm"
                variant="light"
                leftSection={<Icon path={mdiDownloadOutline} size={16} />}
                onClick={() => save(file, new Blob([`${text}\n`], { type: "text/plain" }))}
              >
                {t("common.download")}
              </Button>
            )}
          </Group>
        </Group>
        <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text}
        </Code>
        {note && (
          <Text size="xs" c="dimmed">
            {note}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
