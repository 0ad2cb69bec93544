import type { Plugin } from "../../../api/queries";
import type { Role } from "../../staff/queries";
import { shown } from "../../staff/RoleFields";

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
