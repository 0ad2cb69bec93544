import { Group, Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Plugin } from "../../api/queries";
import { PluginAvatar } from "../../parts/Icon";
import { StatePill, shownState } from "../../parts/StatePill";
import { paths } from "../../paths";
import { MainAction } from "./MainAction";
import { Marks, Trouble } from "./Marks";
import classes from "./PluginCards.module.css";
import { PluginMenu } from "./PluginMenu";
import { kindOf } from "./shelf";

// PluginCards shows each plugin on a card, which leads to its page as a whole.
export function PluginCards({ plugins }: { plugins: Plugin[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.cards} aria-label={t("zone.list")}>
      {plugins.map((p) => (
        <Paper key={p.id} withBorder component="li" className={classes.card} data-plugin={p.id}>
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <PluginAvatar id={p.id} name={p.icon} size={44} />
            <div className={classes.head}>
              <h2 className={classes.title} title={p.name}>
                <Link href={paths.plugin(p.id)} className={classes.link}>
                  {p.name}
                </Link>
              </h2>
              <Text size="xs" c="dimmed" truncate title={p.version}>
                {p.version} · {t(`common.type.${kindOf(p)}`)}
              </Text>
            </div>
            <PluginMenu plugin={p} />
          </Group>
          <Text size="sm" c="dimmed" lineClamp={2} title={p.description} className={classes.text}>
            {p.description}
          </Text>
          <Trouble plugin={p} />
          <div className={classes.foot}>
            <Marks plugin={p} />
            <Group justify="space-between" gap="xs" mih={30} wrap="nowrap">
              <StatePill state={shownState(p)} since={p.since} />
              <MainAction plugin={p} />
            </Group>
          </div>
        </Paper>
      ))}
    </ul>
  );
}
