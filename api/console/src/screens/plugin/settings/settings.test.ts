import { expect, test } from "vitest";
import { check } from "./check";
import { follow, kindOf, type Schema, secretPaths, titleOf } from "./schema";
import { carry, changes, get, putTogether, secretKey, set, takeApart } from "./values";

const schema: Schema = {
  type: "object",
  required: ["host", "token"],
  properties: {
    host: { type: "string", minLength: 3 },
    token: { type: "string", writeOnly: true },
    port: { type: "integer", minimum: 1, maximum: 65535 },
    tls: { type: "boolean", default: true },
    mode: { enum: ["fast", "safe"] },
    tags: { type: "array", items: { type: "string" }, maxItems: 2 },
    days: { type: "array", uniqueItems: true, items: { enum: ["mo", "tu"] } },
    proxy: { $ref: "#/$defs/proxy" },
    odd: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
  $defs: {
    proxy: { type: "object", properties: { url: { type: "string" }, key: { type: "string", writeOnly: true } }, required: ["url"] },
  },
};
const kind = (name: string) => kindOf(follow(schema.properties?.[name] ?? {}, schema), schema);
const mark = { set: true as const, fingerprint: "ab12", updatedAt: "2026-01-01T00:00:00Z" };

test("parts are shown by what the schema says of them", () => {
  const kinds = Object.keys(schema.properties ?? {}).map((name) => [name, kind(name)]);
  expect(Object.fromEntries(kinds)).toEqual({
    host: "text",
    token: "secret",
    port: "number",
    tls: "switch",
    mode: "choice",
    tags: "list",
    days: "choices",
    proxy: "group",
    odd: "json",
  });
  expect(titleOf({}, "apiBase_url")).toBe("Api base url");
});

test("secrets are found through references and taken out of the values", () => {
  expect(secretPaths(schema)).toEqual([["token"], ["proxy", "key"]]);
  const values = takeApart(schema, { host: "a", token: { ...mark }, proxy: { key: { ...mark } } });
  expect(values.plain).toEqual({ host: "a" });
  expect(values.secrets[secretKey(["proxy", "key"])]).toEqual(mark);
});

test("a secret that does not change is not sent, one that is removed is null", () => {
  const put = putTogether({ host: "a" }, { [secretKey(["token"])]: null, [secretKey(["proxy", "key"])]: "s3cret" }, () => "string");
  expect(put).toEqual({ host: "a", token: null, proxy: { key: "s3cret" } });
});

test("set does not change what it was given, and takes empty groups out", () => {
  const before = { a: { b: 1 }, list: [1, 2, 3] };
  expect(set(before, ["a", "b"], undefined)).toEqual({ list: [1, 2, 3] });
  expect(set(before, ["list", 1], undefined)).toEqual({ a: { b: 1 }, list: [1, 3] });
  expect(before).toEqual({ a: { b: 1 }, list: [1, 2, 3] });
  expect(get(set({}, ["__proto__", "x"], 1), ["__proto__", "x"])).toBe(1);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test("differences name each value, and lists as a whole", () => {
  expect(changes({ a: 1, b: { c: [1] } }, { b: { c: [1, 2], d: true } })).toEqual([
    { path: ["a"], before: 1, after: undefined },
    { path: ["b", "c"], before: [1], after: [1, 2] },
    { path: ["b", "d"], before: undefined, after: true },
  ]);
});

test("changes are carried over to what somebody else saved", () => {
  expect(carry({ a: 1, b: { c: 1 }, gone: 1 }, { a: 2, b: { c: 1 }, gone: 1 }, { a: 1, b: { c: 5 } })).toEqual({ a: 2, b: { c: 5 } });
});

test("mistakes are found before anything is sent", () => {
  const has = (key: string) => key === secretKey(["token"]);
  expect(check(schema, { host: "ab", port: 70000, mode: "slow", tags: ["a", "b", "c"] }, has)).toEqual({
    host: { key: "short", n: 3 },
    port: { key: "max", n: 65535 },
    mode: { key: "choice" },
    tags: { key: "many", n: 2 },
  });
  expect(check(schema, { proxy: { other: 1 } }, () => false)).toEqual({
    host: { key: "required" },
    token: { key: "required" },
    "proxy.url": { key: "required" },
  });
  expect(check(schema, { host: "abc" }, has)).toEqual({});
});
