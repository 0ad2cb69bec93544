import { expect, test } from "vitest";
import { externals, movedIn, type Plan } from "./plan";

test("what moved is named", () => {
  const plan = {
    version: "1.0.0",
    digest: "a",
    requested: {},
    granted: null,
    installed: null,
    signature: "unsigned",
    needs: [],
    settings: { refused: [] },
  } as unknown as Plan;
  expect(movedIn(plan, { ...plan })).toEqual([]);
  expect(movedIn(plan, { ...plan, digest: "b", granted: { browser: ["camera"] } })).toEqual(["content", "granted"]);
  expect(movedIn(plan, { ...plan, version: "1.1.0" })).toEqual(["version"]);
});

test("views on other servers are named once", () => {
  expect(externals({ admin: "https://a.example/x", agent: "https://a.example/x" })).toEqual(["https://a.example/x"]);
  expect(externals({ admin: "admin/index.html" })).toEqual([]);
});
