import { ActionIcon, Button, Group } from "@mantine/core";
import { mdiDownload, mdiPackageDown } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { paths } from "../../paths";
import { type Sample, useSampleUpload } from "./samples";

// SampleActions are the ways to a sample: install it, or where it is here already go to it; and its zip.
export function SampleActions({ sample, plugin, size = "xs" }: { sample: Sample; plugin: Plugin | undefined; size?: "xs" | "sm" }) {
  const { t } = useTranslation();
  const { take, taking } = useSampleUpload(sample);
  const newer = plugin?.active && plugin.version !== sample.version;
  const icon = <Icon path={mdiPackageDown} size={16} />;
  return (
    <Group gap="xs" wrap="nowrap">
      {plugin && !newer ? (
        <Button
          component={Link}
          href={plugin.active ? paths.plugin(plugin.id) : paths.consent(plugin.id)}
          size={size}
          variant={plugin.active ? "default" : "filled"}
        >
          {t(plugin.active ? "gallery.show" : "common.action.install")}
        </Button>
      ) : (
        <Button size={size} leftSection={icon} loading={taking} onClick={take} aria-label={t("gallery.install", { name: sample.title })}>
          {newer ? t("gallery.upgrade", { version: sample.version }) : t("common.action.install")}
        </Button>
      )}
      <ActionIcon
        component="a"
        href={sample.zip}
        download={`${sample.name}.zip`}
        variant="default"
        size={size === "xs" ? 30 : 36}
        aria-label={t("gallery.download", { name: sample.title })}
        title={t("gallery.download", { name: sample.title })}
      >
        <Icon path={mdiDownload} />
      </ActionIcon>
    </Group>
  );
}
