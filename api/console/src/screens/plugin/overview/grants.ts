import type { Schema as Api } from "../../../api/client";

export type Need = Pick<Api["Need"], "code" | "value">;
type Grants = Api["Grants"];

// codes are the kinds of permissions, in the order in which they are shown.
export const codes = ["network", "listen", "plugins", "public", "browser", "desktop", "installScripts"] as const;
export type Code = (typeof codes)[number];

export const needKey = (n: Need) => `${n.code} ${n.value}`;

// grantsOf are the grants that a list of permissions stands for. An observation is none of them: it ends by itself.
export function grantsOf(needs: Need[]): Grants {
  const values = (code: Code) => needs.filter((n) => n.code === code && n.value !== "*" && n.value !== "observe").map((n) => n.value);
  const routes = new Map<string, string[]>();
  for (const v of values("public")) {
    const space = v.indexOf(" ");
    const path = v.slice(space + 1);
    routes.set(path, [...(routes.get(path) ?? []), v.slice(0, space)]);
  }
  const grants: Grants = {
    network: { outbound: values("network"), listen: values("listen").map(Number) },
    plugins: values("plugins"),
    public: [...routes].map(([path, methods]) => ({ path, methods })),
    browser: values("browser"),
    desktop: values("desktop"),
    installScripts: values("installScripts").length > 0,
  };
  if (needs.some((n) => n.code === "network" && n.value === "*")) grants.unrestrictedNetwork = true;
  return grants;
}

// Target is an address that may be reached, taken apart for words.
export interface Target {
  kind: "host" | "below" | "range" | "address";
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
  if (bracketed || /^[0-9.]+$/.test(host)) return { kind: "address", host, port: at };
  if (!/^(\*\.)?([a-z0-9_-]+\.)*[a-z0-9-]+$/i.test(host)) return null;
  return host.startsWith("*.") ? { kind: "below", host: host.slice(2), port: at } : { kind: "host", host, port: at };
}
