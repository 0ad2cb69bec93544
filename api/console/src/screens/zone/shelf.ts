import { byName, type Plugin } from "../../api/queries";
import { shownState } from "../../parts/StatePill";

// How the plugins are searched, filtered and sorted; all of it stands in the address.

export const groups = ["running", "moving", "stopped", "attention", "candidate", "update"] as const;
// Group is what people look for: a plugin may be in two, as it runs and has an update.
export type Group = (typeof groups)[number];

export const kinds = ["html", "node", "wasm"] as const;
export type Kind = (typeof kinds)[number];

export const orders = ["name", "state", "recent"] as const;
export type Order = (typeof orders)[number];

export interface Shelf {
  q: string;
  state: Group | null;
  type: Kind | null;
  sort: Order;
}

const oneOf = <T extends string>(all: readonly T[], v: string | null) => all.find((a) => a === v) ?? null;

// shelfOf reads the address; what it does not know counts as not said.
export function shelfOf(search: string): Shelf {
  const p = new URLSearchParams(search);
  return {
    q: p.get("q") ?? "",
    state: oneOf(groups, p.get("state")),
    type: oneOf(kinds, p.get("type")),
    sort: oneOf(orders, p.get("sort")) ?? "name",
  };
}

// searchOf writes the address, short where nothing special is asked.
export function searchOf({ q, state, type, sort }: Shelf): string {
  const p = new URLSearchParams();
  if (q) p.set("q", q);
  if (state) p.set("state", state);
  if (type) p.set("type", type);
  if (sort !== "name") p.set("sort", sort);
  return p.size ? `?${p}` : "";
}

export const kindOf = (p: Pick<Plugin, "type" | "runtime">): Kind => (p.type === "html" ? "html" : p.runtime || "node");

// waits tells that there is another version than the one in use, which somebody has to decide about.
export const waits = (p: Pick<Plugin, "stage" | "candidate">) => p.stage === "installed" && p.candidate !== null;

const byState: Record<ReturnType<typeof shownState>, Group> = {
  running: "running",
  starting: "moving",
  stopping: "moving",
  installing: "moving",
  waiting: "moving",
  backoff: "attention",
  failed: "attention",
  quarantined: "attention",
  stopped: "stopped",
  candidate: "candidate",
};

export const groupsOf = (p: Plugin): Group[] => [byState[shownState(p)], ...(waits(p) ? (["update"] as const) : [])];

// plain takes case and accents away, so that "caffe" finds "Caffè".
const plain = (s: string) => s.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// found tells whether every word of the query stands somewhere in what people know of a plugin.
function found(p: Plugin, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = plain([p.name, p.id, p.description, p.author.name ?? "", p.version].join(" "));
  return words.every((w) => text.includes(w));
}

const urgency: Group[] = ["attention", "moving", "running", "stopped", "candidate"];
const rank = (p: Plugin) => urgency.indexOf(byState[shownState(p)]);

const compare: Record<Order, (a: Plugin, b: Plugin) => number> = {
  name: byName,
  state: (a, b) => rank(a) - rank(b) || byName(a, b),
  recent: (a, b) => b.updatedAt.localeCompare(a.updatedAt) || byName(a, b),
};

// onShelf are the plugins to show, in their order, and how many there would be in each group with the rest of the filter as it is.
export function onShelf(all: Plugin[], { q, state, type, sort }: Shelf) {
  const words = plain(q).split(/\s+/).filter(Boolean);
  const counts = Object.fromEntries(groups.map((g) => [g, 0])) as Record<Group, number>;
  const rest = all.filter((p) => (!type || kindOf(p) === type) && found(p, words));
  for (const p of rest) for (const g of groupsOf(p)) counts[g]++;
  const plugins = rest.filter((p) => !state || groupsOf(p).includes(state)).sort(compare[sort]);
  return { plugins, counts, total: rest.length };
}
