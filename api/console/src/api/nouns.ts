import type { Schema } from "./client";

// nouns are the query keys that events make old, by their types.
const nouns: [RegExp, string[]][] = [
  [/^plugin\./, ["plugins", "sidebar", "samples", "system", "doctor"]],
  [/^plugin\.(installed|uninstalled|removed|edited|rolled_back)$/, ["staff", "profiles"]], // who has it, and whether it opens for them
  [/^job\./, ["jobs"]],
  [/^member\./, ["staff", "profiles", "tokens", "me", "sidebar"]],
  [/^totp\./, ["staff", "me"]],
  [/^profile\./, ["profiles", "staff", "me", "sidebar"]],
  [/^token\./, ["tokens"]],
  [/^key\./, ["keys", "plugins", "plugin"]],
  [/^webhook\./, ["webhooks"]],
  [/^session\./, ["sessions"]],
];

// madeOld are the query keys that events make old. Several at once become one round of reading.
export function madeOld(events: Pick<Schema["Event"], "type" | "plugin">[]): string[][] {
  const keys = new Map<string, string[]>([["audit", ["audit"]]]);
  for (const e of events) {
    if (e.plugin) keys.set(`plugin ${e.plugin}`, ["plugin", e.plugin]);
    for (const [types, names] of nouns) if (types.test(e.type)) for (const name of names) keys.set(name, [name]);
  }
  return [...keys.values()];
}
