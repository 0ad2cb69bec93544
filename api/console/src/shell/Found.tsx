import "@mantine/spotlight/styles.css";
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { mdiApplicationCogOutline, mdiMagnify } from "@mdi/js";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { pluginsQuery, sidebarQuery } from "../api/queries";
import { Icon, PluginIcon } from "../parts/Icon";
import { paths } from "../paths";
import { showFinder, useFinder } from "./Finder";
import { destinations } from "./Nav";

const [store, spotlight] = createSpotlight();

export default function Found({ admin }: { admin: boolean }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const open = useFinder();
  const plugins = useQuery({ ...pluginsQuery, enabled: admin });
  const sidebar = useQuery(sidebarQuery);
  useEffect(() => {
    if (open) spotlight.open();
  }, [open]);

  const opens = (sidebar.data ?? []).map((p) => ({
    id: `open ${p.id}`,
    label: t("shell.openPlugin", { name: p.name }),
    leftSection: <PluginIcon name={p.icon} />,
    onClick: () => go(paths.open(p.id)),
  }));
  const manages = (plugins.data ?? []).map((p) => ({
    id: `plugin ${p.id}`,
    label: p.name,
    description: p.description,
    leftSection: <Icon path={mdiApplicationCogOutline} />,
    onClick: () => go(paths.plugin(p.id)),
  }));
  const pages = (admin ? destinations.flatMap((s) => s.items) : []).map((d) => ({
    id: d.to,
    label: t(`shell.${d.label}`),
    leftSection: <Icon path={d.icon} />,
    onClick: () => go(d.to),
  }));
  const groups: SpotlightActionGroupData[] = [
    { group: t("shell.plugins"), actions: [...opens, ...manages] },
    { group: t("shell.pages"), actions: pages },
  ];

  return (
    <Spotlight
      store={store}
      actions={groups.filter((g) => g.actions.length)}
      shortcut={null}
      nothingFound={t("common.nothingFound")}
      highlightQuery
      scrollable
      limit={12}
      onSpotlightClose={() => showFinder(false)}
      searchProps={{ leftSection: <Icon path={mdiMagnify} />, placeholder: t("shell.find"), "aria-label": t("shell.find") }}
    />
  );
}
