import { expect, test } from "vitest";
import { newPassword } from "./password";

test("a password is of four groups, and another one each time", () => {
  const made = new Set(Array.from({ length: 200 }, newPassword));
  expect(made.size).toBe(200);
  for (const p of made) expect(p).toMatch(/^([a-zA-Z2-9]{5}-){3}[a-zA-Z2-9]{5}$/);
});

test("no letter looks like another one", () => {
  expect(Array.from({ length: 200 }, newPassword).join("")).not.toMatch(/[0O1lIio]/);
});
