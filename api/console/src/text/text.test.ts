import { expect, test } from "vitest";
import first from "./en/first";
import rest from "./en/rest";

type Words = { [key: string]: string | Words };

// leaves are the keys of a catalogue, one for all forms of a plural.
const leaves = (words: Words, at = ""): string[] =>
  Object.entries(words).flatMap(([key, v]) =>
    typeof v === "string" ? [at + key.replace(/_(one|many|other)$/, "")] : leaves(v, `${at}${key}.`),
  );

const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!./{en,it}/*", "!../**/*.test.ts", "!../**/*.gen.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const code = Object.values(sources).join("\n");

// plain are the keys that the code names, templates those that it puts together: what is put in is a part of a key without a dot.
const plain = new Set([...code.matchAll(/"(\w+(?:\.[\w-]+)+)"/g)].map(([, key]) => key));
const hole = /\$\{(?:[^{}]|\{[^{}]*\})*\}/;
const templates = [...code.matchAll(/`(\w+\.[\w.]*\$\{[^`]*|\$\{\w+\}\.title)`/g)].map(([, text = ""]) => {
  const parts = text.split(hole).map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${parts.join("[\\w -]+")}$`);
});

test("no text is kept that nothing says", () => {
  const keys = leaves({ ...first, ...rest } as Words);
  expect(keys.filter((key) => !plain.has(key) && !templates.some((p) => p.test(key)))).toEqual([]);
});
