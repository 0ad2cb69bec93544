import { useSyncExternalStore } from "react";

// The numbers that pages asked for beside their plugin's name, by plugin.
let badges: Record<string, number> = {};
const hearers = new Set<() => void>();

export function setBadge(plugin: string, badge: number | null) {
  const { [plugin]: _, ...rest } = badges;
  badges = badge ? { ...rest, [plugin]: badge } : rest;
  for (const hear of hearers) hear();
}

export const useBadges = () =>
  useSyncExternalStore(
    (hear) => {
      hearers.add(hear);
      return () => {
        hearers.delete(hear);
      };
    },
    () => badges,
  );
