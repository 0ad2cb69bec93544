import { ActionIcon, Menu, Text } from "@mantine/core";
import {
  mdiCogOutline,
  mdiDeleteOutline,
  mdiDotsVertical,
  mdiOpenInApp,
  mdiPackageDown,
  mdiPackageVariantRemove,
  mdiPlay,
  mdiRestart,
  mdiStop,
  mdiTextBoxOutline,
} from "@mdi/js";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Plugin } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { usePluginActions } from "../../parts/usePluginActions";
import { paths } from "../../paths";
import classes from "./PluginMenu.module.css";
import { waits } from "./shelf";

interface Item {
  label: string;
  icon: string;
  onClick: () => void;
  why?: string | null;
  danger?: boolean;
}

// PluginMenu has all that can be done to a plugin. What cannot be done now stays in the menu, with the reason.
export function PluginMenu({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { run, why } = usePluginActions(p);
  const does = (action: "start" | "stop" | "restart" | "uninstall" | "remove", icon: string): Item => ({
    label: t(`common.action.${action}`),
    icon,
    onClick: () => run(action),
    why: why(action),
    danger: action === "remove" || action === "uninstall",
  });
  const open: Item = { label: t("common.action.open"), icon: mdiOpenInApp, onClick: () => go(paths.open(p.id)), why: why("open") };
  const review: Item = {
    label: waits(p) ? t("zone.review", { version: p.candidate?.version }) : t("common.action.install"),
    icon: mdiPackageDown,
    onClick: () => go(paths.consent(p.id)),
  };
  const settings: Item = { label: t("common.action.settings"), icon: mdiCogOutline, onClick: () => go(paths.plugin(p.id, "settings")) };
  const logs: Item = { label: t("zone.logs"), icon: mdiTextBoxOutline, onClick: () => go(paths.plugin(p.id, "logs")) };
  const sections = [
    [open, ...(p.candidate ? [review] : [])],
    [does("start", mdiPlay), does("stop", mdiStop), does("restart", mdiRestart)],
    [settings, logs],
    [does("uninstall", mdiPackageVariantRemove), does("remove", mdiDeleteOutline)],
  ];
  return (
    <Menu position="bottom-end" width={270} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" className={classes.target} aria-label={t("zone.actionsOf", { name: p.name })}>
          <Icon path={mdiDotsVertical} size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {sections.map((items, n) => (
          <Fragment key={items[0]?.label}>
            {n > 0 && <Menu.Divider />}
            {items.map((i) => (
              <Choice key={i.label} {...i} />
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

// Choice can be reached by the keyboard also where it can do nothing, so that its reason is heard.
function Choice({ label, icon, onClick, why, danger }: Item) {
  return (
    <Menu.Item
      leftSection={<Icon path={icon} />}
      aria-disabled={why ? true : undefined}
      closeMenuOnClick={!why}
      className={classes.item}
      data-danger={(danger && !why) || undefined}
      onClick={why ? undefined : onClick}
    >
      <span className={classes.label}>{label}</span>
      {why && (
        <Text size="xs" c="dimmed" component="span" display="block">
          {why}
        </Text>
      )}
    </Menu.Item>
  );
}
