import { Anchor, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { useLocation } from "wouter";
import type { Message } from "../../../../pages/sdk/shell.js";
import { type SidebarEntry, sidebarQuery } from "../../api/queries";
import { PluginIcon } from "../../parts/Icon";
import { neutral } from "../../parts/neutral";
import { store } from "../../parts/store";
import { paths } from "../../paths";
import { setBadge } from "./badges";
import { tell } from "./told";

// What one page asked another one to show, by plugin.
const asked = store<Record<string, string>>({});

const levels = { info: "blue", success: "green", warning: "yellow", error: "red" } as const;

// useAsked does what a page asks its shell for: shell.js has checked and cut the messages. path is what another page wants it to show. Only a
// page that is looked at leads elsewhere: one behind would take people away from what they do, and from where they could stop it.
export function useAsked(entry: SidebarEntry, visible: boolean) {
  const [, go] = useLocation();
  const client = useQueryClient();
  const path = asked.use()[entry.id];

  function onMessage(...[type, value]: Message) {
    switch (type) {
      case "badge":
        return setBadge(entry.id, value);
      case "notify":
        return tell(entry.id, value.tag, {
          color: levels[value.level],
          icon: <PluginIcon name={entry.icon} />,
          title: `${entry.name}: ${neutral(value.title)}`,
          message: neutral(value.body, true),
          onClick: () => go(paths.open(entry.id)),
          closeButtonProps: { "aria-label": i18next.t("common.close") },
        });
      case "navigate":
        if (!visible) return;
        if ("url" in value) return offer(entry, value.url);
        if (!client.getQueryData(sidebarQuery.queryKey)?.some((p) => p.id === value.plugin)) return;
        if (value.path) asked.set({ ...asked.get(), [value.plugin]: value.path });
        return go(paths.open(value.plugin));
    }
  }
  return { onMessage, path };
}

// offer lets the member decide about another site: a page alone opens no window.
function offer(entry: SidebarEntry, url: string) {
  tell(entry.id, url, {
    icon: <PluginIcon name={entry.icon} />,
    title: i18next.t("workplace.wantsToOpen", { name: entry.name }),
    message: (
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        <Anchor href={url} target="_blank" rel="noopener noreferrer">
          {url}
        </Anchor>
      </Text>
    ),
    autoClose: 20_000,
    closeButtonProps: { "aria-label": i18next.t("common.close") },
  });
}
