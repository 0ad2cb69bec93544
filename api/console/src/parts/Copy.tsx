import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { mdiCheck, mdiContentCopy } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

// Copy puts a text on the clipboard; label says which.
export function Copy({ value, label }: { value: string; label: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t("common.copied") : label}>
          <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={copied ? t("common.copied") : label}>
            <Icon path={copied ? mdiCheck : mdiContentCopy} size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
