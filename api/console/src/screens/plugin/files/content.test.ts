import { expect, test } from "vitest";
import { asText, fileURL, shown } from "./content";

const utf8 = (s: string) => new TextEncoder().encode(s);

test("text is text, and the rest is not shown", () => {
  expect(asText(utf8("héllo"), true)).toBe("héllo");
  expect(asText(utf8("héllo").slice(0, 2), false)).toBe("h");
  expect(asText(utf8("a\u0000b"), true)).toBeNull();
  expect(asText(new Uint8Array([0xff, 0xfe, 0x41]), true)).toBeNull();
});

// B10
test("what is shown does nothing", () => {
  expect(shown("a\r\nb\u202e\u001b[31m<b>")).toBe("a\nb‹U+202E›‹ESC›[31m<b>");
});

test("a name is one part of an address", () => {
  expect(fileURL("p", "a b/ü?#.txt")).toBe("/api/v1/plugins/p/files/a%20b/%C3%BC%3F%23.txt");
});
