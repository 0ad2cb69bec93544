import { expect, test } from "vitest";
import en from "../../../text/en/events";
import { describe, failed, kinds, types } from "./describe";
import { detailsOf, difference } from "./difference";

const event = (type: string, data = {}) => ({ seq: 1, time: "2026-01-02T03:04:05Z", type, actor: "host", data });

test("every type that is asked for has its words", () => {
  const all = kinds.flatMap((k) => types[k].split(",")).filter((type) => !type.endsWith("*"));
  for (const type of all) {
    const told = describe(event(type, { to: "running", state: "failed" }));
    expect(told?.text && en.type[told.text as keyof typeof en.type], type).toBeTruthy();
  }
  for (const to of ["starting", "running", "stopping", "stopped", "backoff", "failed"])
    expect(en.type[describe(event("plugin.state", { to }))?.text as keyof typeof en.type], to).toBeTruthy();
});

test("failures are told from what went well", () => {
  const is = (type: string, data = {}) => failed(describe(event(type, data)) ?? { text: "", values: {}, icon: "", tone: "plain" });
  expect(is("plugin.state", { to: "failed" })).toBe(true);
  expect(is("plugin.state", { to: "running" })).toBe(false);
  expect(is("plugin.quarantined")).toBe(true);
  expect(describe(event("job.ended", { state: "succeeded" }))).toBeNull();
  expect(describe(event("plugin.of_tomorrow"))?.text).toBe("other");
});

test("a difference names what changed alone", () => {
  expect(difference({ a: 1, b: { c: "x", d: true } }, { a: 1, b: { c: "y" }, e: ["p", "q"] })).toEqual([
    { path: "b.c", before: "x", after: "y" },
    { path: "b.d", before: "true", after: "" },
    { path: "e", before: "", after: "p, q" },
  ]);
});

test("a secret is its fingerprint, and nothing steers", () => {
  expect(detailsOf({ before: {}, after: { token: { set: true, fingerprint: "ab12", updatedAt: "x" }, "\u202ek": "\u001b[31m" } })).toEqual([
    { path: "token", before: "", after: "•••••• (ab12)" },
    { path: "‹U+202E›k", before: "", after: "‹ESC›[31m" },
  ]);
});
