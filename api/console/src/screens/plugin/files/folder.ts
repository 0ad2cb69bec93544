import type { Schema } from "../../../api/client";

type File = Schema["File"];

// Entry is a file as the plugin sees it: of its version, or written beside the code, or both, where the latter covers the former.
export interface Entry {
  path: string;
  name: string;
  size: number;
  version?: File | undefined;
  overlay?: File | undefined;
}

// Folder holds what is in it, and how much that is in all below.
export interface Folder {
  path: string;
  name: string;
  folders: Folder[];
  files: Entry[];
  count: number;
  bytes: number;
}

// entries joins what is listed by path.
export function entries(files: File[]): Entry[] {
  const out = new Map<string, Entry>();
  for (const f of files) {
    const e = out.get(f.path) ?? { path: f.path, name: f.path.slice(f.path.lastIndexOf("/") + 1), size: 0 };
    if (f.overlay) e.overlay = f;
    else e.version = f;
    e.size = (e.overlay ?? e.version)?.size ?? 0;
    out.set(f.path, e);
  }
  return [...out.values()];
}

// tree puts entries into their folders, sorted by name.
export function tree(list: Entry[]): Folder {
  const root: Folder = { path: "", name: "", folders: [], files: [], count: 0, bytes: 0 };
  const known = new Map([["", root]]);
  const folder = (path: string): Folder => {
    const have = known.get(path);
    if (have) return have;
    const cut = path.lastIndexOf("/");
    const made: Folder = { path, name: path.slice(cut + 1), folders: [], files: [], count: 0, bytes: 0 };
    known.set(path, made);
    folder(cut < 0 ? "" : path.slice(0, cut)).folders.push(made);
    return made;
  };
  for (const e of list) folder(e.path.slice(0, Math.max(0, e.path.lastIndexOf("/")))).files.push(e);
  const order = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const sum = (f: Folder) => {
    f.folders.sort(order);
    f.files.sort(order);
    for (const sub of f.folders) {
      sum(sub);
      f.count += sub.count;
      f.bytes += sub.bytes;
    }
    f.count += f.files.length;
    f.bytes += f.files.reduce((n, e) => n + e.size, 0);
  };
  sum(root);
  return root;
}

// code is what the host lets nobody write beside a version (tree.IsCode).
export const isCode = (path: string) =>
  /\.(js|mjs|cjs|node|wasm)$|(^|\/)(package|package-lock|manifest)\.json$|(^|\/)node_modules\//i.test(path);
