import type { Schema } from "../api/client";

export type Need = Pick<Schema["Need"], "code" | "value">;
export type Grants = Schema["Grants"];

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

// needOf is the opposite of keyOf.
export function needOf(key: string): Need {
  const [code, value] = cut(key);
  return { code, value };
}

// cut takes a key, or a route like "POST /path", apart at its first space.
export function cut(text: string): [before: string, after: string] {
  const [before = "", after = ""] = text.split(/ (.*)/s);
  return [before, after];
}

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

// grantsOf is the opposite of needsOf. An observation is not granted this way: it ends by itself.
export function grantsOf(needs: Need[]): Grants {
  const of = (code: string) => needs.filter((n) => n.code === code).map((n) => n.value);
  const routes = new Map<string, string[]>();
  for (const route of of("public")) {
    const [method, path] = cut(route);
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

// Target is an address that may be reached, taken apart for words.
export interface Target {
  kind: "host" | "below" | "range";
  host: string;
  // port is "" for any.
  port: string;
}

// targetOf reads host:port, *.host:port, address:port and cidr:port; null if it is none of them.
export function targetOf(pattern: string): Target | null {
  const colon = pattern.lastIndexOf(":");
  if (colon <= 0) return null;
  let host = pattern.slice(0, colon);
  const port = pattern.slice(colon + 1);
  if (port !== "*" && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535)) return null;
  if (host.startsWith("[") !== host.endsWith("]")) return null;
  const bracketed = host.startsWith("[");
  if (bracketed) host = host.slice(1, -1);
  if (bracketed !== host.includes(":") || !/^[^\s[\]]+$/.test(host)) return null;
  const at = port === "*" ? "" : port;
  if (host.includes("/")) return /^[0-9a-f.:]+\/\d{1,3}$/i.test(host) ? { kind: "range", host, port: at } : null;
  if (bracketed || /^[0-9.]+$/.test(host)) return { kind: "host", host, port: at };
  if (!/^(\*\.)?([a-z0-9_-]+\.)*[a-z0-9-]+$/i.test(host)) return null;
  return host.startsWith("*.") ? { kind: "below", host: host.slice(2), port: at } : { kind: "host", host, port: at };
}
