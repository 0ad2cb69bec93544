// The addresses of the console's screens. The host serves the console for these and for nothing else (api/console.go).

export const tabs = ["overview", "settings", "access", "logs", "metrics", "events", "versions", "files", "danger"] as const;
export type Tab = (typeof tabs)[number];

const seg = encodeURIComponent;

export const paths = {
  zone: "/",
  // zoneRecent is the App Zone with what changed last at its top.
  zoneRecent: "/?sort=recent",
  gallery: (name?: string) => (name ? `/gallery/${seg(name)}` : "/gallery"),
  plugin: (id: string, tab: Tab = "overview") => (tab === "overview" ? `/plugins/${seg(id)}` : `/plugins/${seg(id)}/${tab}`),
  // consent is the dialog of an installation, over the plugin's page.
  consent: (id: string, version?: string) => `/plugins/${seg(id)}/consent${version ? `?version=${seg(version)}` : ""}`,
  open: (id: string) => `/open/${seg(id)}`,
  staff: (username?: string) => (username ? `/staff/${seg(username)}` : "/staff"),
  profiles: (id?: string) => (id ? `/profiles/${seg(id)}` : "/profiles"),
  tokens: "/tokens",
  keys: "/keys",
  webhooks: (id?: string) => (id ? `/webhooks/${seg(id)}` : "/webhooks"),
  audit: "/audit",
  system: "/system",
  account: "/account",
};
