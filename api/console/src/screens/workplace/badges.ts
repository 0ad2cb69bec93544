import { store } from "../../parts/store";

// The numbers that pages asked for beside their plugin's name, by plugin.
const badges = store<Record<string, number>>({});

export function setBadge(plugin: string, badge: number | null) {
  const { [plugin]: _, ...rest } = badges.get();
  badges.set(badge ? { ...rest, [plugin]: badge } : rest);
}

export const useBadges = badges.use;
