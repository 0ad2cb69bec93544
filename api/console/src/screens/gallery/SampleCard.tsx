import { Badge, Group, Paper, Text } from "@mantine/core";
import { mdiCheckCircle } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { bytes } from "../../parts/format";
import { Icon, PluginAvatar } from "../../parts/Icon";
import { paths } from "../../paths";
import marks from "../zone/Marks.module.css";
import cards from "../zone/PluginCards.module.css";
import pluginMenu from "../zone/PluginMenu.module.css";
import { kindOf } from "../zone/shelf";
import { SampleActions } from "./SampleActions";
import type { Sample } from "./samples";

// SampleCard shows a plugin that ships with the host; the card leads to its instructions.
export function SampleCard({ sample: s, plugin }: { sample: Sample; plugin: Plugin | undefined }) {
  return (
    <Paper withBorder component="li" className={cards.card} data-sample={s.name}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <PluginAvatar id={plugin?.id ?? s.name} name={s.icon} size={44} />
        <div className={cards.head}>
          <h2 className={cards.title} title={s.title}>
            <Link href={paths.gallery(s.name)} className={cards.link}>
              {s.title}
            </Link>
          </h2>
          <SampleFacts sample={s} />
        </div>
      </Group>
      <Text size="sm" c="dimmed" lineClamp={3} title={s.description} className={cards.text}>
        {s.description}
      </Text>
      <Group justify="space-between" mt="auto" gap="xs" className={pluginMenu.target}>
        <SampleActions sample={s} plugin={plugin} />
        {plugin && <Here plugin={plugin} />}
      </Group>
    </Paper>
  );
}

export function SampleFacts({ sample: s }: { sample: Sample }) {
  const { t } = useTranslation();
  return (
    <Text size="xs" c="dimmed" truncate>
      {s.version} · {t(`common.type.${kindOf({ type: s.type, runtime: s.runtime ?? "" })}`)} · {bytes(s.zipBytes)}
    </Text>
  );
}

// Here marks a sample that is on this host.
export function Here({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  return (
    <Badge
      variant="transparent"
      color={plugin.active ? "green" : "violet"}
      className={marks.mark}
      leftSection={<Icon path={mdiCheckCircle} size={15} />}
    >
      {plugin.active ? t("gallery.installed", { version: plugin.version }) : t("gallery.uploaded")}
    </Badge>
  );
}
