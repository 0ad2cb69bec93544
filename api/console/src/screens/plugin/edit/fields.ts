import type { Schema as Api } from "../../../api/client";
import type { Plugin } from "../../../api/queries";

// The limits that can be set, with what the host accepts (host/manifest/limits.go).
export const limits = {
  memoryMB: [64, 65536],
  cpuPercent: [1, 6400],
  pids: [16, 4096],
  openFiles: [32, 65536],
  dataMB: [1, 1048576],
  logKBps: [1, 10240],
} as const;
export type Limit = keyof typeof limits;
export const limitNames = Object.keys(limits) as Limit[];

// range is what a limit may be; memory of WASM ends at 4 GiB and begins at 1 MB.
export const range = (name: Limit, runtime: string): readonly [number, number] =>
  name === "memoryMB" && runtime === "wasm" ? [1, 4096] : limits[name];

// Edits are the fields that somebody changed; the others stay as they are, whoever changes them meanwhile.
export interface Edits {
  description?: string;
  sidebar?: Plugin["sidebar"];
  icon?: string;
  admin?: string;
  agent?: string;
  policy?: NonNullable<Plugin["restart"]["policy"]>;
  desired?: Plugin["desired"];
  limits?: Partial<Record<Limit, number | "">>;
}

// patchOf is the merge patch of what differs from p. An empty field puts the manifest's value back.
export function patchOf(p: Plugin, edits: Edits): Api["PluginPatch"] {
  const patch: Api["PluginPatch"] = {};
  const m = p.manifest;
  if (edits.description !== undefined && edits.description !== p.description) patch.description = edits.description.trim() || null;
  if (edits.sidebar && edits.sidebar !== p.sidebar) patch.sidebar = edits.sidebar === m.sidebar ? null : edits.sidebar;
  if (edits.icon !== undefined && edits.icon !== p.icon) patch.icon = edits.icon === "" || edits.icon === m.icon ? null : edits.icon;
  if (edits.desired && edits.desired !== p.desired) patch.desired = edits.desired;
  if (edits.policy && edits.policy !== p.restart.policy) patch.restart = { policy: edits.policy };
  const views = (["admin", "agent"] as const).filter((v) => edits[v] !== undefined && edits[v] !== (p.views[v] ?? ""));
  if (views.length > 0) patch.views = Object.fromEntries(views.map((v) => [v, edits[v]?.trim() ?? ""]));
  const now = p.limits as Partial<Record<Limit, number>>;
  const own = (m.parameters.limits ?? {}) as Partial<Record<Limit, number>>;
  const changed = limitNames.filter((n) => edits.limits?.[n] !== undefined && edits.limits[n] !== now[n]);
  if (changed.length > 0)
    patch.limits = Object.fromEntries(changed.map((n) => [n, edits.limits?.[n] || own[n] || 0])) as typeof patch.limits;
  return patch;
}
