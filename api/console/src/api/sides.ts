import type { Schema } from "./client";
import type { Plugin } from "./queries";

type Role = Schema["Role"];

// shown tells whether a plugin's sidebar setting shows it on the side of a role.
export function shown(sidebar: string, role: Role): boolean {
  if (sidebar === "never") return false;
  return sidebar === "always" || (sidebar === "agentOnly") === (role === "agent");
}

// Side is what a role sees of a plugin that it has.
export interface Side {
  visible: boolean;
  // why it is not: by its sidebar setting, or because it names no page for this side.
  reason: "setting" | "page" | null;
  // page is what opens: an address, a path in the zip, or "" for the program's own.
  page: string;
  external: boolean;
}

// sideOf is the host's own rule (host/sidebar.go).
export function sideOf(p: Pick<Plugin, "sidebar" | "views" | "type">, role: Role): Side {
  const page = (role === "agent" ? p.views.agent : p.views.admin) ?? "";
  const external = /^https?:\/\//.test(page);
  if (!shown(p.sidebar, role)) return { visible: false, reason: "setting", page, external };
  if (!page && p.type === "html") return { visible: false, reason: "page", page, external };
  return { visible: true, reason: null, page, external };
}
