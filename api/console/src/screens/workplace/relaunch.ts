import { useSyncExternalStore } from "react";

// How often each page was asked to be loaded anew: a page whose number grows is launched again.
const launches = new Map<string, number>();
const hearers = new Set<() => void>();

export function relaunch(id: string) {
  launches.set(id, (launches.get(id) ?? 0) + 1);
  for (const hear of hearers) hear();
}

export const useLaunches = (id: string) =>
  useSyncExternalStore(
    (hear) => {
      hearers.add(hear);
      return () => {
        hearers.delete(hear);
      };
    },
    () => launches.get(id) ?? 0,
  );
