import { isObject, type Json, type JsonObject, type Path, type Schema, secretPaths } from "./schema";

// Mark is what the host shows of a secret that is set.
export interface Mark {
  set: true;
  fingerprint: string;
  updatedAt: string;
}

export const isMark = (v: unknown): v is Mark => isObject(v) && v.set === true && typeof v.fingerprint === "string";

// Values are settings taken apart: what can be read, and what is known of the secrets, by their path.
export interface Values {
  plain: JsonObject;
  secrets: Record<string, Mark>;
}

// secretKey is a path as the key of a map; names may hold dots.
export const secretKey = (path: Path) => JSON.stringify(path);

export function get(value: Json | undefined, path: Path): Json | undefined {
  let v = value;
  for (const part of path) {
    if (Array.isArray(v)) v = v[part as number];
    else if (isObject(v) && Object.hasOwn(v, part)) v = v[part as string];
    else return undefined;
  }
  return v;
}

// set gives a copy with another value at path; undefined takes it out, and with it the objects around it that became empty.
export function set<T extends Json>(value: T, path: Path, to: Json | undefined): T {
  const [first, ...rest] = path;
  if (first === undefined) return to as T;
  if (Array.isArray(value)) {
    const list = [...value];
    if (rest.length === 0 && to === undefined) list.splice(first as number, 1);
    else list[first as number] = set(list[first as number] ?? {}, rest, to);
    return list as Json as T;
  }
  const object: JsonObject = isObject(value) ? { ...value } : {};
  const next = rest.length === 0 ? to : set(object[first] ?? {}, rest, to);
  if (next === undefined || (to === undefined && isObject(next) && Object.keys(next).length === 0 && rest.length > 0)) delete object[first];
  else Object.defineProperty(object, first, { value: next, enumerable: true, configurable: true, writable: true });
  return object as T;
}

// takeApart takes the secrets out of the values that the host shows.
export function takeApart(schema: Schema, values: JsonObject): Values {
  const out: Values = { plain: values, secrets: {} };
  for (const path of secretPaths(schema)) {
    const v = get(values, path);
    if (v === undefined) continue;
    if (isMark(v)) out.secrets[secretKey(path)] = v;
    out.plain = set(out.plain, path, undefined);
  }
  return out;
}

// SecretEdits are the secrets that are to change: another value, or null for none.
export type SecretEdits = Record<string, string | null>;

// putTogether is what is sent: secrets that do not change are left out, and stay.
export function putTogether(plain: JsonObject, secrets: SecretEdits, types: (path: Path) => string | undefined): JsonObject {
  let out = plain;
  for (const [key, value] of Object.entries(secrets)) {
    const path: Path = JSON.parse(key);
    out = set(out, path, value === null ? null : typed(value, types(path)));
  }
  return out;
}

// typed reads what was written for a secret that is no text.
function typed(text: string, type: string | undefined): Json {
  if (type === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((n) => Object.hasOwn(b, n) && same(a[n], b[n]));
}

// Change is one difference: a value before and after, undefined where there is none.
export interface Change {
  path: Path;
  before: Json | undefined;
  after: Json | undefined;
}

// changes are the differences of two values; lists are compared as a whole.
export function changes(before: Json | undefined, after: Json | undefined, path: Path = []): Change[] {
  if (same(before, after)) return [];
  if (isObject(before ?? {}) && isObject(after ?? {}) && (isObject(before) || isObject(after))) {
    const a = (before ?? {}) as JsonObject;
    const b = (after ?? {}) as JsonObject;
    const found = [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((n) => changes(a[n], b[n], [...path, n]));
    if (found.length > 0 || path.length === 0) return found;
  }
  return [{ path, before, after }];
}

// carry puts the changes that were made to base over what somebody else made of it meanwhile.
export function carry(base: Json | undefined, mine: Json | undefined, theirs: Json | undefined): Json | undefined {
  if (same(mine, base)) return theirs;
  if (!isObject(mine) || !isObject(theirs)) return mine;
  const was = isObject(base) ? base : {};
  const out: JsonObject = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const v = carry(was[name], mine[name], theirs[name]);
    if (v !== undefined) out[name] = v;
  }
  return out;
}
