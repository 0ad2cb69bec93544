import { expect, test } from "vitest";
import { mergeLists, sameValue } from "./merge";

test.each([
  { name: "both add", base: ["a"], mine: ["a", "b"], theirs: ["a", "c"], want: ["a", "b", "c"] },
  { name: "both add the same", base: [], mine: ["b"], theirs: ["b"], want: ["b"] },
  { name: "one takes away, one adds", base: ["a", "b"], mine: ["b"], theirs: ["a", "b", "c"], want: ["b", "c"] },
  { name: "both take away", base: ["a", "b", "c"], mine: ["b", "c"], theirs: ["a", "c"], want: ["c"] },
  { name: "nobody changes", base: ["a"], mine: ["a"], theirs: ["a"], want: ["a"] },
])("lists are merged when $name", ({ base, mine, theirs, want }) => {
  expect(mergeLists(base, mine, theirs)).toEqual(want);
});

test("the order of a list is no change", () => {
  expect(sameValue(["a", "b"], ["b", "a"])).toBe(true);
  expect(sameValue(["a", "b"], ["a", "c"])).toBe(false);
  expect(sameValue(null, "a")).toBe(false);
});
