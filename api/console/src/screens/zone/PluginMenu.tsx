import { ActionIcon, Menu } from "@mantine/core";
import { mdiCogOutline, mdiDotsVertical, mdiTextBoxOutline } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Action } from "../../api/pluginActions";
import type { Plugin } from "../../api/queries";
import { actionIcons } from "../../parts/actionIcons";
import { Icon } from "../../parts/Icon";
import { usePluginActions } from "../../parts/usePluginActions";
import { WhyItem } from "../../parts/WhyItem";
import { paths } from "../../paths";
import classes from "./PluginMenu.module.css";
import { waits } from "./shelf";

// PluginMenu has all that can be done to a plugin. What cannot be done now stays in the menu, with the reason.
export function PluginMenu({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { run, why } = usePluginActions(p);
  const does = (action: Action) => (
    <WhyItem
      why={why(action)}
      icon={actionIcons[action]}
      danger={action === "remove" || action === "uninstall"}
      onClick={() => run(action)}
    >
      {t(`common.action.${action}`)}
    </WhyItem>
  );
  return (
    <Menu position="bottom-end" width={270} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" className={classes.target} aria-label={t("zone.actionsOf", { name: p.name })}>
          <Icon path={mdiDotsVertical} size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <WhyItem why={why("open")} icon={actionIcons.open} onClick={() => go(paths.open(p.id))}>
          {t("common.action.open")}
        </WhyItem>
        {p.candidate && (
          <WhyItem icon={actionIcons.install} onClick={() => go(paths.consent(p.id))}>
            {waits(p) ? t("zone.review", { version: p.candidate.version }) : t("common.action.install")}
          </WhyItem>
        )}
        <Menu.Divider />
        {does("start")}
        {does("stop")}
        {does("restart")}
        <Menu.Divider />
        <WhyItem icon={mdiCogOutline} onClick={() => go(paths.plugin(p.id, "settings"))}>
          {t("common.action.settings")}
        </WhyItem>
        <WhyItem icon={mdiTextBoxOutline} onClick={() => go(paths.plugin(p.id, "logs"))}>
          {t("zone.logs")}
        </WhyItem>
        <Menu.Divider />
        {does("uninstall")}
        {does("remove")}
      </Menu.Dropdown>
    </Menu>
  );
}
