import { ActionIcon, Menu } from "@mantine/core";
import {
  mdiArchiveArrowDownOutline,
  mdiDotsVertical,
  mdiDownload,
  mdiOpenInApp,
  mdiPencilOutline,
  mdiPlay,
  mdiRestart,
  mdiStop,
  mdiTrashCanOutline,
} from "@mdi/js";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Plugin } from "../../api/queries";
import { Icon } from "../../parts/Icon";
import { usePluginActions } from "../../parts/usePluginActions";
import { WhyButton } from "../../parts/WhyButton";
import { paths } from "../../paths";

// Actions is what can be done with a plugin. What cannot be done now says why.
export function Actions({ plugin: p, onEdit }: { plugin: Plugin; onEdit: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { run, why, acting } = usePluginActions(p);
  const script = p.type === "script";
  const runs = p.state !== "stopped" && p.state !== "failed";
  const busy = (action: string) => acting === action;
  const remove = async () => {
    if (await run("remove")) go(paths.zone, { replace: true });
  };
  const notBusy = (action: "uninstall" | "remove" | "start" | "stop" | "restart") => (busy(action) ? null : why(action));
  return (
    <>
      {p.stage === "uploaded" ? (
        <WhyButton px="sm" why={null} leftSection={<Icon path={mdiDownload} />} onClick={() => go(paths.consent(p.id))}>
          {t("plugin.install")}
        </WhyButton>
      ) : (
        <WhyButton px="sm" why={why("open")} leftSection={<Icon path={mdiOpenInApp} />} onClick={() => go(paths.open(p.id))}>
          {t("common.action.open")}
        </WhyButton>
      )}
      {script && p.stage !== "uploaded" && (
        <>
          {runs || busy("stop") ? (
            <WhyButton
              px="sm"
              variant="default"
              why={notBusy("stop")}
              loading={busy("stop")}
              leftSection={<Icon path={mdiStop} />}
              onClick={() => run("stop")}
            >
              {t("common.action.stop")}
            </WhyButton>
          ) : (
            <WhyButton
              px="sm"
              variant="default"
              why={notBusy("start")}
              loading={busy("start")}
              leftSection={<Icon path={mdiPlay} />}
              onClick={() => run("start")}
            >
              {t("common.action.start")}
            </WhyButton>
          )}
          <WhyButton
            px="sm"
            variant="default"
            why={notBusy("restart")}
            loading={busy("restart")}
            leftSection={<Icon path={mdiRestart} />}
            onClick={() => run("restart")}
          >
            {t("common.action.restart")}
          </WhyButton>
        </>
      )}
      <WhyButton px="sm" why={null} variant="default" leftSection={<Icon path={mdiPencilOutline} />} onClick={onEdit}>
        {t("common.edit")}
      </WhyButton>
      <Menu position="bottom-end" withArrow width={240}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t("plugin.more")} loading={busy("uninstall") || busy("remove")}>
            <Icon path={mdiDotsVertical} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon path={mdiDownload} />} onClick={() => go(paths.plugin(p.id, "danger"))}>
            {t("plugin.export")}
          </Menu.Item>
          <Menu.Divider />
          <WhyItem why={notBusy("uninstall")} icon={mdiArchiveArrowDownOutline} onClick={() => run("uninstall")}>
            {t("common.action.uninstall")}
          </WhyItem>
          <WhyItem why={notBusy("remove")} icon={mdiTrashCanOutline} onClick={remove}>
            {t("common.action.remove")}
          </WhyItem>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

// WhyItem is an entry of a menu that says below itself why it cannot be chosen; the arrow keys still reach it.
function WhyItem({ why, icon, onClick, children }: { why: string | null; icon: string; onClick: () => void; children: string }) {
  return (
    <Menu.Item
      color={why ? undefined : "red"}
      c={why ? "dimmed" : undefined}
      leftSection={<Icon path={icon} />}
      aria-disabled={why ? true : undefined}
      closeMenuOnClick={!why}
      onClick={why ? undefined : onClick}
    >
      {children}
      {why && <span style={{ display: "block", fontSize: "var(--mantine-font-size-xs)" }}>{why}</span>}
    </Menu.Item>
  );
}
