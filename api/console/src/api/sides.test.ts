import { expect, test } from "vitest";
import { sideOf } from "./sides";

const page = { type: "html", views: { admin: "index.html", agent: "https://example.org" } } as const;

test.each([
  ["always", "admin", true],
  ["always", "user", true],
  ["always", "agent", true],
  ["adminOnly", "admin", true],
  ["adminOnly", "user", true],
  ["adminOnly", "agent", false],
  ["agentOnly", "admin", false],
  ["agentOnly", "user", false],
  ["agentOnly", "agent", true],
  ["never", "admin", false],
  ["never", "agent", false],
] as const)("%s shows it to a member with the role %s: %s", (sidebar, role, visible) => {
  expect(sideOf({ ...page, sidebar }, role).visible).toBe(visible);
});

test("each side has its page", () => {
  expect(sideOf({ ...page, sidebar: "always" }, "agent")).toMatchObject({ page: "https://example.org", external: true });
  expect(sideOf({ ...page, sidebar: "always" }, "user")).toMatchObject({ page: "index.html", external: false });
});

test("pages alone need one for the side, a program serves its own", () => {
  expect(sideOf({ type: "html", views: { admin: "a.html" }, sidebar: "always" }, "agent").reason).toBe("page");
  expect(sideOf({ type: "script", views: {}, sidebar: "always" }, "agent").visible).toBe(true);
});
