import type { Row } from "./Difference";
import type { Draft } from "./draft";
import { follow, type Path, type Schema, secretPaths, titleOf } from "./schema";
import { changes, secretKey } from "./values";

// schemaAt is the part of the schema that describes what a path leads to, as far as fields go.
export function schemaAt(root: Schema, path: Path): Schema {
  let s = follow(root, root);
  for (const part of path) {
    const below = typeof part === "number" ? s.items : s.properties?.[part];
    if (!below) return hiddenSecret(root, path) ? { type: "string", writeOnly: true } : {};
    s = follow(below, root);
  }
  return s;
}

const hiddenSecret = (root: Schema, path: Path) => secretPaths(root).some((p) => secretKey(p) === secretKey(path));

// labelOf is a path in the words of the schema.
function labelOf(root: Schema, path: Path): string {
  return path
    .map((part, i) => (typeof part === "number" ? String(part + 1) : titleOf(schemaAt(root, path.slice(0, i + 1)), part)))
    .join(" › ");
}

// rowsOf are the changes of a draft, as they are shown before they are saved.
export function rowsOf(root: Schema, draft: Draft): Row[] {
  const plain = changes(draft.base.plain, draft.plain).map((c) => ({ ...c, key: secretKey(c.path), label: labelOf(root, c.path) }));
  const secrets = Object.entries(draft.secrets).flatMap(([key, value]): Row[] => {
    const had = key in draft.base.secrets;
    if (value === null && !had) return [];
    const secret = value === null ? "removed" : had ? "replaced" : "added";
    return [{ key, label: labelOf(root, JSON.parse(key)), before: undefined, after: undefined, secret }];
  });
  return [...plain, ...secrets];
}

// shownSecrets are the secrets that have a field in the form.
export function shownSecrets(schema: Schema, root = schema, at: string[] = [], depth = 0): string[][] {
  const s = follow(schema, root);
  if (s.writeOnly) return [at];
  if (depth > 12) return [];
  return Object.entries(s.properties ?? {}).flatMap(([name, sub]) => shownSecrets(sub, root, [...at, name], depth + 1));
}
