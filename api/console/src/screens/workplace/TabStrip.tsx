import { ActionIcon, Badge } from "@mantine/core";
import { mdiClose, mdiRefresh } from "@mdi/js";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { SidebarEntry } from "../../api/queries";
import { Icon, PluginIcon } from "../../parts/Icon";
import { paths } from "../../paths";
import { setBadge, useBadges } from "./badges";
import { close } from "./opened";
import { relaunch } from "./relaunch";
import classes from "./Workplace.module.css";

// TabStrip are the open pages. Closing one is the end of its state.
export function TabStrip({
  opened,
  active,
  entry,
}: {
  opened: string[];
  active: string | null;
  entry: (id: string) => SidebarEntry | undefined;
}) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const badges = useBadges();
  const shut = (id: string) => {
    const beside = close(id);
    setBadge(id, null);
    if (id === active) go(beside ? paths.open(beside) : paths.zone);
  };
  return (
    <nav aria-label={t("workplace.open")}>
      <ul className={classes.tabs}>
        {opened.map((id) => {
          const name = entry(id)?.name ?? id;
          return (
            <li key={id} className={classes.tab} data-active={id === active || undefined}>
              <Link href={paths.open(id)} className={classes.link} aria-current={id === active ? "page" : undefined} title={name}>
                <PluginIcon name={entry(id)?.icon ?? ""} size={16} />
                <span className={classes.name}>{name}</span>
                {badges[id] && (
                  <Badge size="xs" color="red">
                    {badges[id] > 99 ? "99+" : badges[id]}
                  </Badge>
                )}
              </Link>
              {id === active && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={t("workplace.reload", { name })}
                  title={t("workplace.reload", { name })}
                  onClick={() => relaunch(id)}
                >
                  <Icon path={mdiRefresh} size={15} />
                </ActionIcon>
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={t("workplace.close", { name })}
                title={t("workplace.close", { name })}
                onClick={() => shut(id)}
              >
                <Icon path={mdiClose} size={15} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
