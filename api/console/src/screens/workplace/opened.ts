import { useSyncExternalStore } from "react";

// Opened are the plugins whose pages are open as tabs, in the order in which they were opened. A reload of the console opens them again for
// the same member.
export const mostOpened = 12;
const kept = "appzone.opened";

const names = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

// idIn is the plugin whose page an address shows, null for none.
export function idIn(location: string): string | null {
  const id = location.startsWith("/open/") ? location.slice("/open/".length) : "";
  return names.test(id) ? id : null;
}

let opened: string[] = [];
let member = "";

// restore opens what the member had open in this window. What somebody else had open is forgotten.
export function restore(user: string) {
  if (member === user) return;
  [member, opened] = [user, []];
  try {
    const was = JSON.parse(sessionStorage.getItem(kept) ?? "{}");
    if (was.member === user && Array.isArray(was.ids))
      opened = was.ids.filter((id: unknown) => typeof id === "string" && names.test(id)).slice(-mostOpened);
  } catch {
    // It was not the console that wrote it.
  }
}

const hearers = new Set<() => void>();

function change(to: string[]) {
  opened = to;
  sessionStorage.setItem(kept, JSON.stringify({ member, ids: opened }));
  for (const hear of hearers) hear();
}

// open adds a tab; beyond the most there may be, the oldest is closed.
export function open(id: string) {
  if (!opened.includes(id)) change([...opened, id].slice(-mostOpened));
}

// close removes a tab and returns the one beside it, if there is one.
export function close(id: string): string | undefined {
  const at = opened.indexOf(id);
  if (at < 0) return undefined;
  change(opened.filter((other) => other !== id));
  return opened[Math.min(at, opened.length - 1)];
}

// forget closes all, when somebody logs out.
export const forget = () => change([]);

export const useOpened = () =>
  useSyncExternalStore(
    (hear) => {
      hearers.add(hear);
      return () => {
        hearers.delete(hear);
      };
    },
    () => opened,
  );
