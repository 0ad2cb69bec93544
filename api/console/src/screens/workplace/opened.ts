import { useSyncExternalStore } from "react";

// Opened are the plugins whose pages are open as tabs, in the order in which they were opened. A reload of the console opens them again.
export const mostOpened = 12;
const kept = "appzone.opened";

const read = (): string[] => {
  try {
    const ids = JSON.parse(sessionStorage.getItem(kept) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string").slice(-mostOpened) : [];
  } catch {
    return [];
  }
};

let opened = read();
const hearers = new Set<() => void>();

function change(to: string[]) {
  opened = to;
  sessionStorage.setItem(kept, JSON.stringify(opened));
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
