import type { Schema } from "../../api/client";

export type Need = Schema["Need"];
export type Grants = Schema["Grants"];
export type Plan = Schema["Plan"];

// Groups of what a plugin can do, in the order in which people read them.
export const groups = ["network", "files", "devices", "plugins", "public", "desktop", "scripts"] as const;
export type Group = (typeof groups)[number];

// groupOf is where a permission is shown.
export function groupOf(need: Need): Group {
  const by: Record<string, Group> = {
    network: "network",
    listen: "network",
    browser: "devices",
    plugins: "plugins",
    public: "public",
    desktop: "desktop",
  };
  return by[need.code] ?? "scripts";
}

export const keyOf = (n: Need) => `${n.code} ${n.value}`;

// needsOf lists permissions one by one, as the host does in a plan's added and removed.
export function needsOf(g: Grants | null): Need[] {
  if (!g) return [];
  const all = (code: string, values: (string | number)[] = []) => values.map((v) => ({ code, value: String(v) }));
  return [
    ...all("network", g.unrestrictedNetwork ? ["*"] : []),
    ...all("network", g.observeUntil ? ["observe"] : []),
    ...all("network", g.network?.outbound),
    ...all("listen", g.network?.listen),
    ...all("plugins", g.plugins),
    ...all(
      "public",
      (g.public ?? []).flatMap((r) => r.methods.map((m) => `${m} ${r.path}`)),
    ),
    ...all("browser", g.browser),
    ...all("desktop", g.desktop),
    ...all("installScripts", g.installScripts ? ["true"] : []),
  ];
}

// grantsOf is the opposite of needsOf.
export function grantsOf(needs: Need[]): Grants {
  const of = (code: string) => needs.filter((n) => n.code === code).map((n) => n.value);
  const routes = new Map<string, string[]>();
  for (const route of of("public")) {
    const [method = "", path = ""] = route.split(/ (.*)/s);
    routes.set(path, [...(routes.get(path) ?? []), method]);
  }
  const g: Grants = {};
  const outbound = of("network").filter((v) => v !== "*" && v !== "observe");
  const listen = of("listen").map(Number);
  if (outbound.length || listen.length) g.network = { ...(outbound.length && { outbound }), ...(listen.length && { listen }) };
  if (of("network").includes("*")) g.unrestrictedNetwork = true;
  if (of("plugins").length) g.plugins = of("plugins");
  if (routes.size) g.public = [...routes].map(([path, methods]) => ({ path, methods }));
  if (of("browser").length) g.browser = of("browser");
  if (of("desktop").length) g.desktop = of("desktop");
  if (of("installScripts").length) g.installScripts = true;
  return g;
}

// Address is a pattern of the network taken apart.
export interface Address {
  kind: "host" | "below" | "range";
  host: string;
  port: string;
}

// addressOf takes host:port, *.host:port, address:port and cidr:port apart.
export function addressOf(pattern: string): Address {
  const colon = pattern.lastIndexOf(":");
  const [host, port] = colon < 0 ? [pattern, "443"] : [pattern.slice(0, colon), pattern.slice(colon + 1)];
  if (host.startsWith("*.")) return { kind: "below", host: host.slice(2), port };
  return { kind: host.includes("/") ? "range" : "host", host, port };
}

const ranks = { high: 3, medium: 2, low: 1, info: 0 } as const;
export type Severity = Schema["Finding"]["severity"];

// bySeverity puts the worst first and keeps the order else.
export const bySeverity = <T extends { severity: Severity }>(list: T[]) => list.toSorted((a, b) => ranks[b.severity] - ranks[a.severity]);

// Risk is how much care a plan takes: the worst severity of what is known of it, and the findings that make it so. Who asks for more than
// before is to be looked at in any case.
export interface Risk {
  level: "low" | "medium" | "high";
  reasons: Schema["Finding"][];
  more: boolean;
}

export function riskOf(plan: Pick<Plan, "findings" | "installed" | "added">): Risk {
  const more = plan.installed !== null && plan.added.length > 0;
  const sorted = bySeverity(plan.findings);
  const worst = sorted[0]?.severity ?? "info";
  const level = worst === "high" ? "high" : worst === "medium" || more ? "medium" : "low";
  const counts = worst !== "high" && worst !== "medium" ? [] : sorted.filter((f) => f.severity === worst);
  return { level, more, reasons: counts.filter((f, n) => counts.findIndex((g) => g.code === f.code) === n) };
}

// movedIn names what an installation is bound to and differs between two plans.
export function movedIn(before: Plan, after: Plan) {
  const parts: Record<string, (p: Plan) => unknown> = {
    version: (p) => p.version,
    content: (p) => p.digest,
    requested: (p) => p.requested,
    granted: (p) => needsOf(p.granted),
    installed: (p) => p.installed,
    signature: (p) => p.signature,
    needs: (p) => p.needs,
    settings: (p) => p.settings,
  };
  return Object.keys(parts).filter((k) => JSON.stringify(parts[k]?.(before)) !== JSON.stringify(parts[k]?.(after))) as Moved[];
}
export type Moved = "version" | "content" | "requested" | "granted" | "installed" | "signature" | "needs" | "settings";

// externals are the views that are pages of other servers.
export const externals = (views: Schema["Views"]) =>
  [...new Set([views.admin, views.agent])].filter((v): v is string => /^https?:\/\//.test(v ?? ""));
