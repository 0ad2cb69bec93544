import { Button, Skeleton, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useSearch } from "wouter";
import { asFailure } from "../../api/failure";
import { type Plugin, pluginQuery } from "../../api/queries";
import { PluginAvatar } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { paths, type Tab, tabs } from "../../paths";
import { Actions } from "./Actions";
import { Lead } from "./Lead";
import { Notices } from "./Notices";
import classes from "./Plugin.module.css";
import { useDraft } from "./settings/draft";

const Consent = lazy(() => import("../consent/Consent"));
const EditDialog = lazy(() => import("./EditDialog"));

// TabProps is what each tab gets: the plugin as it is now.
export interface TabProps {
  plugin: Plugin;
}

const contents: Record<Tab, ComponentType<TabProps>> = {
  overview: lazy(() => import("./tabs/Overview")),
  settings: lazy(() => import("./tabs/Settings")),
  access: lazy(() => import("./tabs/Access")),
  logs: lazy(() => import("./tabs/Logs")),
  metrics: lazy(() => import("./tabs/Metrics")),
  events: lazy(() => import("./tabs/Events")),
  versions: lazy(() => import("./tabs/Versions")),
  files: lazy(() => import("./tabs/Files")),
  danger: lazy(() => import("./tabs/Danger")),
};

// PluginPage is one plugin; its tab is in the address. "consent" as the tab is the dialog of an installation over it, and ?edit that of a
// change.
export default function PluginPage({ id, tab }: { id: string; tab: string }) {
  const { t } = useTranslation();
  const [location, go] = useLocation();
  const search = useSearch();
  const query = useQuery(pluginQuery(id));
  const { draft } = useDraft(id);
  const shown = (tabs as readonly string[]).includes(tab) ? (tab as Tab) : "overview";
  const Content = contents[shown];
  const list = useRef<HTMLDivElement>(null);
  const known = query.data !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the tab that is shown is scrolled to where the window is narrow
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown, known]);

  if (query.error && asFailure(query.error).status === 404) return <Gone />;
  return (
    <Loaded query={query}>
      {(plugin) => (
        <Page
          title={plugin.name}
          icon={<PluginAvatar id={id} name={plugin.icon} size={56} />}
          lead={<Lead plugin={plugin} />}
          actions={<Actions plugin={plugin} onEdit={() => go(`${location}?edit`)} />}
        >
          <Notices plugin={plugin} />
          <Tabs value={shown} onChange={(to) => go(paths.plugin(id, to as Tab))} keepMounted={false}>
            <Tabs.List ref={list} className={classes.tabs} aria-label={t("plugin.tabs")}>
              {tabs.map((name) => (
                <Tabs.Tab
                  key={name}
                  value={name}
                  rightSection={
                    name === "settings" && draft ? (
                      <span className={classes.unsaved} role="img" aria-label={t("settings.unsaved")} title={t("settings.unsaved")} />
                    ) : undefined
                  }
                >
                  {t(`${name}.title` as "logs.title")}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value={shown} pt="md">
              <Stack>
                <Suspense fallback={<Skeleton height={240} />}>
                  <Content plugin={plugin} />
                </Suspense>
              </Stack>
            </Tabs.Panel>
          </Tabs>
          <Suspense>
            {tab === "consent" && <Consent plugin={plugin} onClose={() => go(paths.plugin(id), { replace: true })} />}
            {new URLSearchParams(search).has("edit") && <EditDialog id={id} onClose={() => go(location, { replace: true })} />}
          </Suspense>
        </Page>
      )}
    </Loaded>
  );
}

function Gone() {
  const { t } = useTranslation();
  return (
    <Page title={t("plugin.gone")} lead={t("plugin.goneDetail")}>
      <div>
        <Button component={Link} href={paths.zone} variant="default">
          {t("plugin.toZone")}
        </Button>
      </div>
    </Page>
  );
}
