// What the form understands of a plugin's JSON Schema (2020-12). The host checks all of it; the form shows the common part with fields and
// leaves the rest to be written as JSON.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  const?: Json;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  writeOnly?: boolean;
  readOnly?: boolean;
  [keyword: string]: unknown;
}

// Path leads to a value: names of objects, numbers of lists.
export type Path = readonly (string | number)[];

// dotted is a path as the host names fields.
export const dotted = (path: Path) => path.join(".");

// Kind is how a part of the settings is shown.
export type Kind = "secret" | "text" | "lines" | "number" | "switch" | "choice" | "choices" | "list" | "group" | "json";

export const isObject = (v: unknown): v is JsonObject => typeof v === "object" && v !== null && !Array.isArray(v);

// follow replaces a reference into the same document by what it leads to.
export function follow(schema: Schema, root: Schema): Schema {
  let s = schema;
  for (let n = 0; typeof s.$ref === "string" && n < 8; n++) {
    const { $ref, ...beside } = s;
    let to: unknown = $ref === "#" ? root : undefined;
    if ($ref.startsWith("#/")) {
      to = root;
      for (const part of $ref.slice(2).split("/"))
        to = isObject(to) ? (to as JsonObject)[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
    }
    if (!isObject(to)) return beside;
    s = { ...(to as Schema), ...beside };
  }
  return s;
}

// typeOf is the one type of a part, null beside it aside; undefined where there are several.
export function typeOf(s: Schema): string | undefined {
  const types = (Array.isArray(s.type) ? s.type : [s.type]).filter((t) => t !== "null");
  if (types.length === 1 && types[0]) return types[0];
  if (types.length > 1) return undefined;
  return s.properties ? "object" : undefined;
}

export interface Choice {
  value: Json;
  label: string;
}

const named = (value: Json) => (typeof value === "string" ? value : JSON.stringify(value));

// choicesOf are the values that a part may have where the schema lists them.
export function choicesOf(s: Schema): Choice[] | undefined {
  if (Array.isArray(s.enum)) return s.enum.map((value) => ({ value, label: named(value) }));
  const list = s.oneOf ?? s.anyOf;
  if (!Array.isArray(list) || list.length === 0 || !list.every((o) => o.const !== undefined)) return undefined;
  return list.map((o) => ({ value: o.const as Json, label: o.title ?? named(o.const as Json) }));
}

// beyond are the keywords that make a part more than its own fields.
const beyond = ["allOf", "anyOf", "oneOf", "not", "if", "patternProperties", "dependentSchemas", "prefixItems", "contains"];

// kindOf tells how to show a part whose references were followed.
export function kindOf(s: Schema, root: Schema): Kind {
  if (s.writeOnly) return "secret";
  if (choicesOf(s)) return "choice";
  const type = typeOf(s);
  if (type === "object" && s.properties) return "group";
  if (beyond.some((k) => s[k] !== undefined)) return "json";
  switch (type) {
    case "string":
      return s.format === "multiline" || s.format === "textarea" || (s.maxLength ?? 0) > 300 ? "lines" : "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "switch";
    case "array": {
      if (!s.items || beyond.some((k) => s[k] !== undefined)) return "json";
      const item = follow(s.items, root);
      if (choicesOf(item) && s.uniqueItems) return "choices";
      return kindOf(item, root) === "json" ? "json" : "list";
    }
  }
  return "json";
}

// titleOf is what a part is called: its title, else its name in words.
export function titleOf(s: Schema, name: string): string {
  if (s.title) return s.title;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .replace(/ [A-Z](?=[a-z])/g, (start) => start.toLowerCase());
  return words ? words[0]?.toUpperCase() + words.slice(1) : name;
}

// secretPaths are the parts that are secret; the host allows them in named properties of objects alone.
export function secretPaths(schema: Schema, root = schema, at: string[] = [], depth = 0): string[][] {
  const s = follow(schema, root);
  if (s.writeOnly && at.length > 0) return [at];
  if (depth > 12) return [];
  const below = Object.entries(s.properties ?? {}).flatMap(([name, sub]) => secretPaths(sub, root, [...at, name], depth + 1));
  const beside = [s.allOf, s.anyOf, s.oneOf].flatMap((list) => list ?? []).concat([s.if, s.then, s.else].filter(isObject) as Schema[]);
  return [...below, ...beside.flatMap((sub) => secretPaths(sub, root, at, depth + 1))];
}
