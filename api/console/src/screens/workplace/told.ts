import { type NotificationData, notifications } from "@mantine/notifications";

// How many notifications of one plugin are shown at a time: an older one makes way, so that a flood leaves room for what others say.
const most = 2;

// What is shown, by plugin, the oldest first. The tag is what a page calls it.
const shown = new Map<string, { tag: string; id: string }[]>();
let count = 0;

// tell shows a notification of a plugin in the place of the one with the same tag, if there is one.
export function tell(plugin: string, tag: string, what: NotificationData) {
  const id = `${plugin} ${++count}`;
  const all = shown.get(plugin) ?? [];
  const others = all.filter((n) => !tag || n.tag !== tag).slice(1 - most);
  for (const n of all) if (!others.includes(n)) notifications.hide(n.id);
  shown.set(plugin, [...others, { tag, id }]);
  notifications.show({
    ...what,
    id,
    onClose: () =>
      shown.set(
        plugin,
        (shown.get(plugin) ?? []).filter((n) => n.id !== id),
      ),
  });
}

// hush takes away what a plugin said, as its page is closed.
export function hush(plugin: string) {
  for (const n of shown.get(plugin) ?? []) notifications.hide(n.id);
  shown.delete(plugin);
}
