import { expect, it } from "vitest";
import { folderType, refusal } from "./refusal";

const file = (name: string, size = 10, type = "") => ({ name, size, type });

it.each([
  [file("plugin.zip"), null],
  [file("PLUGIN.ZIP", 50), null],
  [file("plugin.zip", 51), "tooLarge"],
  [file("plugin.zip", 0), "empty"],
  [file("plugin", 0, folderType), "folder"],
  [file("manifest.json"), "manifest"],
  [file("manifest (1).json"), "manifest"],
  [file("plugin.tar.gz"), "archive"],
  [file("plugin.7z"), "archive"],
  [file("picture.png"), "notZip"],
  [file("zip"), "notZip"],
])("%o is refused for: %s", (f, why) => {
  expect(refusal(f, 50)).toBe(why);
});

it("does not guess the host's limit", () => {
  expect(refusal(file("plugin.zip", 1e12), undefined)).toBeNull();
});
