import { queryOptions } from "@tanstack/react-query";
import { api, done, type Schema, tagged } from "../../api/client";
import { needsOf } from "../../parts/grants";

export type Plan = Schema["Plan"];

// planQuery is what installing a version would do, with the ETag that binds an installation to it.
export const planQuery = (id: string, version: string | undefined) =>
  queryOptions({
    queryKey: ["plugin", id, "plan", version ?? ""],
    queryFn: () => tagged(api.GET("/api/v1/plugins/{id}/plan", { params: { path: { id }, query: { version } } })),
    staleTime: 0,
  });

// settingsQuery is what is set now, under the installed version.
export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugin", id, "settings", "present"],
    queryFn: () => done(api.GET("/api/v1/plugins/{id}/settings", { params: { path: { id } } })),
  });

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
