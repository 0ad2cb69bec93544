import { choicesOf, dotted, follow, isObject, type Json, type Path, type Schema, typeOf } from "./schema";
import { secretKey } from "./values";

// Wrong is what a part lacks: the key of a text and its numbers.
export interface Wrong {
  key: "required" | "number" | "integer" | "choice" | "min" | "max" | "more" | "less" | "multiple" | "short" | "long" | "few" | "many";
  n?: number | string;
}

// check holds values against what the form knows of the schema, so that most mistakes show before anything is sent. Secrets that are set
// or written count as there. The host has the last word.
export function check(
  schema: Schema,
  value: Json | undefined,
  has: (secret: string) => boolean,
  root = schema,
  path: Path = [],
): Record<string, Wrong> {
  const s = follow(schema, root);
  const out: Record<string, Wrong> = {};
  if (value === undefined || s.writeOnly) return out;
  const wrong = ofOne(s, value);
  if (wrong) out[dotted(path)] = wrong;
  if (isObject(value)) {
    for (const name of s.required ?? []) {
      const sub = follow(s.properties?.[name] ?? {}, root);
      const there = sub.writeOnly ? has(secretKey([...path, name])) : value[name] !== undefined;
      if (!there && sub.default === undefined && !deep(sub)) out[dotted([...path, name])] = { key: "required" };
    }
    for (const [name, sub] of Object.entries(s.properties ?? {})) {
      const below = value[name] ?? (deep(follow(sub, root)) && s.required?.includes(name) ? {} : undefined);
      Object.assign(out, check(sub, below, has, root, [...path, name]));
    }
  }
  if (Array.isArray(value) && s.items) for (const [i, v] of value.entries()) Object.assign(out, check(s.items, v, has, root, [...path, i]));
  return out;
}

// deep tells of a group of fields, which is there as soon as one of them is.
const deep = (s: Schema) => typeOf(s) === "object" && s.properties !== undefined;

function ofOne(s: Schema, v: Json): Wrong | undefined {
  const choices = choicesOf(s);
  if (choices && !choices.some((c) => c.value === v) && typeof v !== "object") return { key: "choice" };
  if (typeof v === "number") return ofNumber(s, v);
  if (typeof v === "string") return ofText(s, v);
  if (Array.isArray(v)) {
    if (s.minItems !== undefined && v.length < s.minItems) return { key: "few", n: s.minItems };
    if (s.maxItems !== undefined && v.length > s.maxItems) return { key: "many", n: s.maxItems };
  }
  return undefined;
}

function ofNumber(s: Schema, v: number): Wrong | undefined {
  if (typeOf(s) === "integer" && !Number.isInteger(v)) return { key: "integer" };
  if (s.minimum !== undefined && v < s.minimum) return { key: "min", n: s.minimum };
  if (s.maximum !== undefined && v > s.maximum) return { key: "max", n: s.maximum };
  if (s.exclusiveMinimum !== undefined && v <= s.exclusiveMinimum) return { key: "more", n: s.exclusiveMinimum };
  if (s.exclusiveMaximum !== undefined && v >= s.exclusiveMaximum) return { key: "less", n: s.exclusiveMaximum };
  const times = s.multipleOf ? v / s.multipleOf : 0;
  if (s.multipleOf && Math.abs(times - Math.round(times)) > 1e-9) return { key: "multiple", n: s.multipleOf };
  return undefined;
}

function ofText(s: Schema, v: string): Wrong | undefined {
  const type = typeOf(s);
  if (type === "number" || type === "integer") return { key: "number" };
  const length = [...v].length;
  if (s.minLength !== undefined && length < s.minLength) return { key: "short", n: s.minLength };
  if (s.maxLength !== undefined && length > s.maxLength) return { key: "long", n: s.maxLength };
  return undefined;
}
