import { neutral } from "../../../parts/neutral";

// Change is one value that is another now, by its path; empty where there is none.
export interface Change {
  path: string;
  before: string;
  after: string;
}

type Values = Map<string, string>;

// most bounds what is shown of one event.
const most = 200;

// flat is a document as values by their dotted paths. A secret is one value, of which only the fingerprint is known.
function flat(v: unknown, path = "", out: Values = new Map()): Values {
  if (out.size >= most || v === undefined || v === null) return out;
  if (typeof v !== "object") return out.set(path, neutral(String(v)).slice(0, 500));
  const o = v as Record<string, unknown>;
  if (o.set === true && typeof o.fingerprint === "string") return out.set(path, `•••••• (${neutral(o.fingerprint)})`);
  if (Array.isArray(v) && v.every((x) => typeof x !== "object")) return v.length ? out.set(path, neutral(v.join(", ")).slice(0, 500)) : out;
  for (const [key, value] of Object.entries(o)) flat(value, path ? `${path}.${neutral(key)}` : neutral(key), out);
  return out;
}

// difference is what changed between two documents, by path.
export function difference(before: unknown, after: unknown): Change[] {
  const old = flat(before);
  const now = flat(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((path) => ({ path, before: old.get(path) ?? "", after: now.get(path) ?? "" }))
    .filter((c) => c.before !== c.after);
}

// detailsOf is what an event tells besides its sentence.
export function detailsOf(data: Record<string, unknown> | undefined): Change[] {
  const { before, after, ...rest } = data ?? {};
  return before !== undefined || after !== undefined ? difference(before, after) : difference(undefined, rest);
}
