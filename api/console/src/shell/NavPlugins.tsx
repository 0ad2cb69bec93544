import { Badge, Button, NavLink, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { sidebarQuery } from "../api/queries";
import { PluginIcon } from "../parts/Icon";
import { paths } from "../paths";
import { useBadges } from "../screens/workplace/badges";
import classes from "./Nav.module.css";

// folded is how many plugins stand in the menu before the rest is asked for.
const folded = 10;

// NavPlugins are the plugins that the member was given. With fold, many of them leave room for what stands below: the first ones are shown,
// and those that are open or have a number.
export function NavPlugins({ fold }: { fold: boolean }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  const [all, setAll] = useState(false);
  const sidebar = useQuery(sidebarQuery);
  const badges = useBadges();
  const list = sidebar.data ?? [];
  const many = fold && list.length > folded + 2;
  const shown = list.filter((p, k) => !many || all || k < folded || location === paths.open(p.id) || badges[p.id]);
  return (
    <>
      {shown.map((p) => (
        <NavLink
          key={p.id}
          component={Link}
          href={paths.open(p.id)}
          label={p.name}
          title={p.name}
          leftSection={<PluginIcon name={p.icon} size={18} />}
          rightSection={<PluginMark badge={badges[p.id]} state={p.state} />}
          active={location === paths.open(p.id)}
          aria-current={location === paths.open(p.id) ? "page" : undefined}
          className={classes.link}
          data-plugin={p.id}
        />
      ))}
      {many && (
        <Button variant="subtle" size="xs" justify="flex-start" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("shell.fewerPlugins") : t("shell.allPlugins", { count: list.length })}
        </Button>
      )}
      {sidebar.data?.length === 0 && (
        <Text size="sm" c="dimmed" px="sm">
          {t("shell.noPlugins")}
        </Text>
      )}
    </>
  );
}

// PluginMark is the number that a plugin's page asked for, or that it does not run.
function PluginMark({ badge, state }: { badge: number | undefined; state: string }) {
  const { t } = useTranslation();
  if (badge) {
    return (
      <Badge size="sm" circle={badge < 10} color="red" variant="filled">
        {badge > 99 ? "99+" : badge}
      </Badge>
    );
  }
  if (state === "running") return null;
  return (
    <span
      className={classes.mark}
      data-state={state}
      role="img"
      title={t(`common.state.${state as "stopped"}`)}
      aria-label={t(`common.state.${state as "stopped"}`)}
    />
  );
}
