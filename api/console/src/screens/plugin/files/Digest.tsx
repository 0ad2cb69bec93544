import { Button, CopyButton, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Files.module.css";

// Digest is the SHA-256 of a version's file, to be compared and copied.
export function Digest({ value, covered }: { value: string; covered: boolean }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <div style={{ minWidth: 0 }}>
        <Text size="xs" fw={600}>
          {t(covered ? "files.hashCovered" : "files.hash")}
        </Text>
        <code className={classes.digest}>{value}</code>
      </div>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="subtle" flex="none" onClick={copy} aria-label={t("files.copyHash")}>
            {copied ? t("common.copied") : t("common.copy")}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
