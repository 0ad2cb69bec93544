import { expect, test } from "vitest";
import en from "../../text/en/tokens";
import { appsOf, isScope, scopeGroups, scopeKey, withApps } from "./scopes";

test("plugins are taken from scopes and put into them", () => {
  expect(appsOf(["plugins:read", "apps:clock", "apps:inbox"])).toEqual(["clock", "inbox"]);
  expect(withApps(["plugins:read", "apps:clock"], ["inbox"])).toEqual(["plugins:read", "apps:inbox"]);
  expect(withApps(["apps:clock"], [])).toEqual([]);
});

test("every scope has its words", () => {
  for (const { scopes } of scopeGroups) for (const s of scopes) expect(en.scope[scopeKey(s)], s).toBeTruthy();
  expect(isScope("backup")).toBe(true);
  expect(isScope("apps:clock")).toBe(false);
});
