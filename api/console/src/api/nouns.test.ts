import { expect, test } from "vitest";
import { madeOld } from "./nouns";

const old = (type: string, plugin?: string) => madeOld([{ type, ...(plugin && { plugin }) }]).map((key) => key.join(" "));

test("what happens to a plugin makes its own page old, and the lists that show it", () => {
  expect(old("plugin.state", "crm")).toEqual(expect.arrayContaining(["plugin crm", "plugins", "sidebar", "audit"]));
});

test.each(["plugin.installed", "plugin.uninstalled", "plugin.removed", "plugin.edited", "plugin.rolled_back"])(
  "%s makes old who has it and whether it opens for them",
  (type) => expect(old(type, "crm")).toEqual(expect.arrayContaining(["staff", "profiles"])),
);

test("a plugin that starts or stops has nobody's rights read again", () => {
  expect(old("plugin.state", "crm")).not.toContain("staff");
});

test("a member who goes is missed in profiles and tokens, too", () => {
  expect(old("member.deleted")).toEqual(expect.arrayContaining(["staff", "profiles", "tokens", "sidebar"]));
});

test("several events are one round of reading", () => {
  const both = madeOld([
    { type: "plugin.state", plugin: "crm" },
    { type: "plugin.state", plugin: "crm" },
  ]);
  expect(new Set(both.map((key) => key.join(" "))).size).toBe(both.length);
});
