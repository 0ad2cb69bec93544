import { ActionIcon, Button, Menu } from "@mantine/core";
import { mdiDotsVertical, mdiDownload, mdiPencilOutline } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Action } from "../../api/pluginActions";
import type { Plugin } from "../../api/queries";
import { actionIcons } from "../../parts/actionIcons";
import { Icon } from "../../parts/Icon";
import { usePluginActions } from "../../parts/usePluginActions";
import { WhyButton } from "../../parts/WhyButton";
import { WhyItem } from "../../parts/WhyItem";
import { paths } from "../../paths";

// Actions is what can be done with a plugin. What cannot be done now says why.
export function Actions({ plugin: p, onEdit }: { plugin: Plugin; onEdit: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { run, why, acting, button } = usePluginActions(p);
  const runs = p.state !== "stopped" && p.state !== "failed";
  const remove = async () => {
    if (await run("remove")) go(paths.zone, { replace: true });
  };
  const does = (action: Action) => (
    <WhyButton px="sm" variant="default" leftSection={<Icon path={actionIcons[action]} />} {...button(action)}>
      {t(`common.action.${action}`)}
    </WhyButton>
  );
  return (
    <>
      {p.stage === "uploaded" ? (
        <Button px="sm" leftSection={<Icon path={actionIcons.install} />} onClick={() => go(paths.consent(p.id))}>
          {t("common.action.install")}
        </Button>
      ) : (
        <WhyButton px="sm" why={why("open")} leftSection={<Icon path={actionIcons.open} />} onClick={() => go(paths.open(p.id))}>
          {t("common.action.open")}
        </WhyButton>
      )}
      {p.type === "script" && p.stage !== "uploaded" && (
        <>
          {does(runs || acting === "stop" ? "stop" : "start")}
          {does("restart")}
        </>
      )}
      <Button px="sm" variant="default" leftSection={<Icon path={mdiPencilOutline} />} onClick={onEdit}>
        {t("common.edit")}
      </Button>
      <Menu position="bottom-end" withArrow width={240}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t("plugin.more")} loading={acting === "uninstall" || acting === "remove"}>
            <Icon path={mdiDotsVertical} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <WhyItem icon={mdiDownload} onClick={() => go(paths.plugin(p.id, "danger"))}>
            {t("plugin.export")}
          </WhyItem>
          <Menu.Divider />
          <WhyItem danger why={why("uninstall")} icon={actionIcons.uninstall} onClick={() => run("uninstall")}>
            {t("common.action.uninstall")}
          </WhyItem>
          <WhyItem danger why={why("remove")} icon={actionIcons.remove} onClick={remove}>
            {t("common.action.remove")}
          </WhyItem>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
