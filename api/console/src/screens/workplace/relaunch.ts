import { store } from "../../parts/store";

// How often each page was asked to be loaded anew: a page whose number grows is launched again.
const launches = store<Record<string, number>>({});

export function relaunch(id: string) {
  const all = launches.get();
  launches.set({ ...all, [id]: (all[id] ?? 0) + 1 });
}

export const useLaunches = (id: string) => launches.use()[id] ?? 0;
