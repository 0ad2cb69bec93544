import { keep, kept } from "../../parts/kept";
import { store } from "../../parts/store";

// Opened are the plugins whose pages are open as tabs, in the order in which they were opened. A reload of the console opens them again for
// the same member.
export const mostOpened = 12;
const key = "appzone.opened";

const names = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

// idIn is the plugin whose page an address shows, null for none.
export function idIn(location: string): string | null {
  const id = location.startsWith("/open/") ? location.slice("/open/".length) : "";
  return names.test(id) ? id : null;
}

const opened = store<string[]>([]);
let member = "";

// restore opens what the member had open in this window. What somebody else had open is forgotten.
export function restore(user: string) {
  if (member === user) return;
  member = user;
  let ids: string[] = [];
  try {
    const was = JSON.parse(kept("sessionStorage", key) ?? "{}");
    if (was.member === user && Array.isArray(was.ids)) ids = was.ids.filter((id: unknown) => typeof id === "string" && names.test(id));
  } catch {
    // It was not the console that wrote it.
  }
  opened.set(ids.slice(-mostOpened));
}

function change(to: string[]) {
  keep("sessionStorage", key, JSON.stringify({ member, ids: to }));
  opened.set(to);
}

// open adds a tab; beyond the most there may be, the oldest is closed.
export function open(id: string) {
  if (!opened.get().includes(id)) change([...opened.get(), id].slice(-mostOpened));
}

// close removes a tab and returns the one beside it, if there is one.
export function close(id: string): string | undefined {
  const at = opened.get().indexOf(id);
  if (at < 0) return undefined;
  change(opened.get().filter((other) => other !== id));
  return opened.get()[Math.min(at, opened.get().length - 1)];
}

// forget closes all, when somebody logs out.
export const forget = () => change([]);

export const useOpened = opened.use;
