import { expect, test } from "vitest";
import { blockedBy, grantsFor, plainValues, requestFor, undecided, wantsName } from "./decision";
import type { Plan } from "./plan";

const classic = {
  name: "Telegram",
  version: "1.0.0",
  runtime: "node",
  signature: "unsigned",
  requested: { unrestrictedNetwork: true },
  granted: null,
  suggestedHosts: ["api.telegram.org:443"],
  needs: [],
  settings: { refused: [] },
} as unknown as Plan;

test("all that is asked for is granted unless something else is said, and the name of an unsigned classic plugin is typed", () => {
  const d = undecided(classic);
  expect(grantsFor(classic, d)).toBe("requested");
  expect(blockedBy(classic, d)).toBe("name");
  expect(blockedBy(classic, { ...d, typed: " Telegram " })).toBeNull();
  expect(wantsName({ ...classic, granted: { unrestrictedNetwork: true } } as Plan, d)).toBe(false);
});

test("the hosts that its code names stand in the place of every address", () => {
  const d = { ...undecided(classic), grant: "less" as const };
  expect(grantsFor(classic, d)).toEqual({ network: { outbound: ["api.telegram.org:443"] } });
  expect(blockedBy(classic, d)).toBeNull();
  expect(grantsFor(classic, { ...d, chosen: [] })).toEqual({});
  expect(blockedBy(classic, { ...d, chosen: ["network *"] })).toBe("name");
  expect(requestFor(classic, { ...d, grant: "observe" }, true)).toEqual({ version: "1.0.0", grants: "observe", start: true });
});

test("each word is said by itself", () => {
  const plan = {
    ...classic,
    requested: {},
    needs: [
      { word: "downgrade", message: "" },
      { word: "key", message: "" },
    ],
  } as unknown as Plan;
  const d = undecided(plan);
  expect(blockedBy(plan, { ...d, words: ["key"] })).toBe("needs");
  expect(requestFor(plan, { ...d, words: ["key", "downgrade"] }, undefined)).toEqual({
    version: "1.0.0",
    grants: "requested",
    allow: ["key", "downgrade"],
  });
});

test("settings that are refused need others", () => {
  const plan = { ...classic, requested: {}, settings: { refused: [{ field: "a", message: "is required" }] } } as unknown as Plan;
  const d = undecided(plan);
  expect(blockedBy(plan, { ...d, settings: "[1]" })).toBe("settings");
  expect(requestFor(plan, { ...d, settings: '{"a":1}' }, false)).toMatchObject({ settings: { a: 1 }, start: false });
  expect(blockedBy({ ...plan, signature: "revoked" }, d)).toBe("signature");
});

test("secrets are left out of what is begun with", () => {
  const secret = { set: true, fingerprint: "ab", updatedAt: "2026-01-01T00:00:00Z" };
  expect(plainValues({ a: 1, token: secret, in: { key: secret, b: [1] } })).toEqual({ a: 1, in: { b: [1] } });
});
