import { expect, test } from "vitest";
import { neutral, painted, plain } from "./neutral";

const esc = "\u001b";

test("colours become paint and leave no escape", () => {
  expect(painted(`${esc}[31;1mred${esc}[0m plain ${esc}[32mgreen`)).toEqual([
    { text: "red", paint: ["bold", "fg-red"] },
    { text: " plain ", paint: [] },
    { text: "green", paint: ["fg-green"] },
  ]);
});

test.each([
  ["a colour on a coloured ground is not used", `${esc}[31;41mx`, ["bg-red"]],
  ["hidden text is shown", `${esc}[8mx`, []],
  ["reversed", `${esc}[7;34mx`, ["bg-blue"]],
  ["of the palette", `${esc}[38;5;208mx`, ["fg-yellow"]],
  ["of 24 bits", `${esc}[38;2;10;200;20mx`, ["fg-green"]],
  ["white is the colour of text", `${esc}[97mx`, []],
])("%s", (_, text, paint) => {
  expect(painted(text)).toEqual([{ text: "x", paint }]);
});

// B10: what a plugin writes must not steer what shows it.
test.each([
  ["moving the cursor", `a${esc}[2Jb`, "a‹ESC›[2Jb"],
  ["a link", `${esc}]8;;http://evil${esc}\\x${esc}]8;;${esc}\\`, "‹ESC›]8;;http://evil‹ESC›\\x‹ESC›]8;;‹ESC›\\"],
  ["a title with a bell", `${esc}]0;owned\u0007`, "‹ESC›]0;owned‹BEL›"],
  ["an 8-bit control", "\u009b31m", "‹U+009B›31m"],
  ["another direction", "a\u202eb", "a‹U+202E›b"],
  ["no width", "a\u200bb", "a‹U+200B›b"],
  ["a line end of Unicode", "a\u2028b", "a‹U+2028›b"],
  ["going back", "a\rb\u0008", "a‹CR›b‹BS›"],
  ["half a pair", "a\ud800b", "a‹U+D800›b"],
  ["a tab and the end of a line of DOS stay harmless", "a\tb\r", "a\tb"],
  ["markup is text", "<script>alert(1)</script>", "<script>alert(1)</script>"],
])("%s is seen and not obeyed", (_, text, want) => {
  expect(
    painted(text)
      .map((p) => p.text)
      .join(""),
  ).toBe(want);
  expect(plain(text)).toBe(want);
});

test("lines are kept where they are asked for", () => {
  expect(neutral("a\nb\u0000", true)).toBe("a\nb‹NUL›");
  expect(neutral("a\nb")).toBe("a‹LF›b");
});
