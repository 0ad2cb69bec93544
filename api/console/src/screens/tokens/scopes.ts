// scopeGroups are the rights that a token can have, as they are offered; apps:ID, one for each plugin, come besides.
export const scopeGroups = [
  { group: "plugins", scopes: ["plugins:read", "plugins:upload", "plugins:manage", "plugins:grant"] },
  { group: "host", scopes: ["staff:manage", "keys:manage", "audit:read", "metrics:read", "desktop:send", "backup"] },
] as const;

export type Scope = (typeof scopeGroups)[number]["scopes"][number];

export const everything = "*";

const prefix = "apps:";

// appsOf are the plugins that scopes name.
export const appsOf = (scopes: string[]) => scopes.filter((s) => s.startsWith(prefix)).map((s) => s.slice(prefix.length));

// withApps are the scopes with these plugins instead of those that they named.
export const withApps = (scopes: string[], ids: string[]) => [
  ...scopes.filter((s) => !s.startsWith(prefix)),
  ...ids.map((id) => prefix + id),
];

// scopeKey is the name of a scope among the texts, which take no colons.
export const scopeKey = (scope: Scope) => scope.replace(":", "_") as "plugins_read";

// isScope tells whether a scope is one of those that are offered by name.
export const isScope = (s: string): s is Scope => scopeGroups.some((g) => (g.scopes as readonly string[]).includes(s));
