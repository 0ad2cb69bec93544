import { Group, ScrollArea, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { type Plugin, pluginQuery } from "../../api/queries";
import { PluginAvatar } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { Page } from "../../parts/Page";
import { StatePill, shownState } from "../../parts/StatePill";
import { paths, type Tab, tabs } from "../../paths";

const Consent = lazy(() => import("../consent/Consent"));

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

// PluginPage is one plugin; its tab is in the address. "consent" as the tab is the dialog of an installation over it.
export default function PluginPage({ id, tab }: { id: string; tab: string }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const query = useQuery(pluginQuery(id));
  const shown = (tabs as readonly string[]).includes(tab) ? (tab as Tab) : "overview";
  const Content = contents[shown];
  return (
    <Loaded query={query}>
      {(plugin) => (
        <Page
          title={plugin.name}
          lead={
            <Group gap="sm">
              <PluginAvatar id={id} name={plugin.icon} size={44} />
              <StatePill state={shownState(plugin)} since={plugin.since} />
              <Text size="sm">{plugin.version}</Text>
            </Group>
          }
        >
          <Tabs value={shown} onChange={(to) => go(paths.plugin(id, to as Tab))} keepMounted={false}>
            <ScrollArea type="auto" scrollbars="x">
              <Tabs.List style={{ flexWrap: "nowrap" }}>
                {tabs.map((name) => (
                  <Tabs.Tab key={name} value={name}>
                    {t(`${name}.title` as "logs.title")}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
            </ScrollArea>
            <Tabs.Panel value={shown} pt="md">
              <Stack>
                <Suspense>
                  <Content plugin={plugin} />
                </Suspense>
              </Stack>
            </Tabs.Panel>
          </Tabs>
          {tab === "consent" && (
            <Suspense>
              <Consent plugin={plugin} onClose={() => go(paths.plugin(id), { replace: true })} />
            </Suspense>
          )}
        </Page>
      )}
    </Loaded>
  );
}
