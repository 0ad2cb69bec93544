import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../../api/queries";
import { Copy } from "../../../parts/Copy";
import { bytes } from "../../../parts/format";
import { Tag } from "../../../parts/Tag";
import { When } from "../../../parts/When";
import { paths } from "../../../paths";
import { Signed } from "../../consent/Identity";
import { Compared } from "./Compared";
import type { Version } from "./query";
import classes from "./Versions.module.css";

interface Props {
  plugin: Plugin;
  version: Version;
  compared: boolean;
  onCompare: (on: boolean) => void;
  onBack: () => void;
}

// VersionCard is one version: what it is to the plugin, where it comes from, and what can be done with it.
export function VersionCard({ plugin, version: v, compared, onCompare, onBack }: Props) {
  const { t } = useTranslation();
  const comparable = plugin.active && !v.installed;
  return (
    <Paper withBorder p="md" component="li" className={classes.card} data-version={v.version} data-installed={v.installed || undefined}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div style={{ minWidth: 0 }}>
            <Group gap={6} mb={4}>
              <Text fw={650}>{v.version}</Text>
              {v.installed && <Tag color="green">{t("versions.is.installed")}</Tag>}
              {v.installed && plugin.trial && <Tag color="yellow">{t("versions.is.trial")}</Tag>}
              {v.candidate && <Tag color="violet">{t("versions.is.candidate")}</Tag>}
              {v.former && <Tag color="blue">{t("versions.is.former")}</Tag>}
              <Signed plan={v} />
            </Group>
            <Facts version={v} />
          </div>
          <Group gap="xs">
            {comparable && (
              <Button size="xs" variant="subtle" onClick={() => onCompare(!compared)} aria-expanded={compared}>
                {compared ? t("versions.compareHide") : t("versions.compare", { version: plugin.version })}
              </Button>
            )}
            {v.former && plugin.active && (
              <Button size="xs" variant="default" onClick={onBack}>
                {t("versions.goBack")}
              </Button>
            )}
            <Button size="xs" variant={v.candidate ? "filled" : "default"} component={Link} href={paths.consent(plugin.id, v.version)}>
              {t(v.candidate ? "versions.decide" : v.installed ? "versions.again" : "versions.install")}
            </Button>
          </Group>
        </Group>
        {v.fault && (
          <Text size="sm" className={classes.fault}>
            {t("versions.fault", { why: v.fault })}
          </Text>
        )}
        {compared && comparable && <Compared plugin={plugin} version={v.version} />}
      </Stack>
    </Paper>
  );
}

function Facts({ version: v }: { version: Version }) {
  const { t } = useTranslation();
  const key =
    v.publisher &&
    (v.publisher.name ? t("versions.byKey", { name: v.publisher.name }) : t("versions.unknownKey", { id: v.publisher.keyId }));
  return (
    <>
      <Text size="sm" c="dimmed" component="div">
        {t("versions.uploaded")} <When at={v.uploadedAt} /> {t("common.by", { who: v.uploadedBy })}
        {key && ` · ${key}`}
      </Text>
      <Group gap={4}>
        <Text size="sm" c="dimmed">
          {t("versions.files", { count: v.fileCount })} · {t("versions.size", { size: bytes(v.fileBytes), zip: bytes(v.zipBytes) })} ·{" "}
          <span style={{ fontFamily: "var(--mantine-font-family-monospace)" }} title={v.digest}>
            {v.digest.slice(0, 12)}
          </span>
        </Text>
        <Copy value={v.digest} label={t("versions.digest")} />
      </Group>
    </>
  );
}
