import { expect, test } from "vitest";
import { entries, isCode, tree } from "./folder";

const file = (path: string, size = 1, overlay = false) => ({ path, size, overlay });

test("files are in their folders, sorted, with what is below summed up", () => {
  const root = tree(entries([file("b/z.txt", 2), file("b/a/x.txt", 3), file("top.txt", 4), file("a/y.txt")]));
  expect([root.count, root.bytes]).toEqual([4, 10]);
  expect(root.folders.map((f) => f.path)).toEqual(["a", "b"]);
  expect(root.folders[1]?.folders[0]?.path).toBe("b/a");
  expect(root.folders[1]?.count).toBe(2);
});

test("what was written beside the code covers the version's", () => {
  const [e] = entries([file("c.json", 5), file("c.json", 7, true)]);
  expect([e?.size, e?.version?.size, e?.overlay?.size]).toEqual([7, 5, 7]);
});

test("names are no way out of the tree", () => {
  const root = tree(entries([file("__proto__/x"), file("constructor")]));
  expect(root.folders[0]?.files[0]?.path).toBe("__proto__/x");
});

test.each([
  ["app.JS", true],
  ["node_modules/a/readme", true],
  ["lib/package.json", true],
  ["config.json", false],
  ["notes.js.txt", false],
])("%s is code: %s", (path, want) => expect(isCode(path)).toBe(want));
