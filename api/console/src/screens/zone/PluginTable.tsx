import { Anchor, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { PluginAvatar } from "../../parts/Icon";
import { type Column, Listing } from "../../parts/Listing";
import { StatePill, shownState } from "../../parts/StatePill";
import { paths } from "../../paths";
import { MainAction } from "./MainAction";
import { Marks, Trouble } from "./Marks";
import { PluginMenu } from "./PluginMenu";
import classes from "./PluginTable.module.css";
import { kindOf } from "./shelf";

// PluginTable shows each plugin on a line.
export function PluginTable({ plugins }: { plugins: Plugin[] }) {
  const { t } = useTranslation();
  const columns: Column<Plugin>[] = [
    { label: t("common.name"), cell: (p) => <Named plugin={p} /> },
    { label: t("zone.column.version"), cell: (p) => <span className={classes.version}>{p.version}</span> },
    { label: t("zone.column.type"), cell: (p) => t(`common.type.${kindOf(p)}`) },
    { label: t("zone.column.state"), cell: (p) => <Standing plugin={p} /> },
    {
      label: t("common.actions"),
      hidden: true,
      cell: (p) => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <MainAction plugin={p} />
          <PluginMenu plugin={p} />
        </Group>
      ),
    },
  ];
  return <Listing label={t("zone.list")} rows={plugins} rowKey={(p) => p.id} columns={columns} />;
}

function Standing({ plugin: p }: { plugin: Plugin }) {
  return (
    <div className={classes.standing}>
      <StatePill state={shownState(p)} since={p.since} />
      <Marks plugin={p} />
    </div>
  );
}

function Named({ plugin: p }: { plugin: Plugin }) {
  return (
    <Group gap="sm" wrap="nowrap" data-plugin={p.id}>
      <PluginAvatar id={p.id} name={p.icon} size={34} />
      <div className={classes.name}>
        <Anchor component={Link} href={paths.plugin(p.id)} c="inherit" fw={600} size="sm" title={p.name} truncate="end" display="block">
          {p.name}
        </Anchor>
        <Text size="xs" c="dimmed" truncate title={p.description}>
          {p.description}
        </Text>
        <Trouble plugin={p} />
      </div>
    </Group>
  );
}
