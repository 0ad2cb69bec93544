import { expect, test } from "vitest";
import { lives, shorterLives } from "./expiry";

test("a token that never ends can be given any life", () => {
  expect(shorterLives(null)).toEqual(lives.filter((n) => n > 0));
});

test("a token can only be made shorter", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(shorterLives("2026-01-09T00:00:00Z", now)).toEqual([86_400, 7 * 86_400]);
  expect(shorterLives("2026-01-01T01:00:00Z", now)).toEqual([]);
});
