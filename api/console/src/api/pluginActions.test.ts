import { describe, expect, it } from "vitest";
import { type Action, type WhyNot, whyNot } from "./pluginActions";

type P = Parameters<typeof whyNot>[1];
const script: P = {
  type: "script",
  stage: "installed",
  state: "running",
  quarantine: null,
  waitingUntil: null,
  sidebar: "always",
  views: {},
};
const bars: [string, Partial<P>, Partial<Record<Action | "open", WhyNot>>][] = [
  ["runs", {}, { start: "running" }],
  ["is stopped", { state: "stopped" }, { stop: "stopped", restart: "stopped" }],
  ["waits for its start", { state: "stopped", waitingUntil: "2026-01-01T00:00:00Z" }, {}],
  ["is starting", { state: "starting" }, { start: "starting" }],
  ["is stopping", { state: "stopping" }, { start: "stopping", stop: "stopping" }],
  ["waits to be restarted", { state: "backoff" }, {}],
  ["failed", { state: "failed" }, {}],
  ["consists of pages", { type: "html", views: { admin: "index.html" } }, { start: "pages", stop: "pages", restart: "pages" }],
  ["is for agents", { sidebar: "agentOnly" }, { open: "notShown", start: "running" }],
  [
    "has pages for agents alone",
    { type: "html", views: { agent: "a.html" } },
    { open: "notShown", start: "pages", stop: "pages", restart: "pages" },
  ],
  [
    "is not installed",
    { stage: "uploaded", state: "stopped" },
    { open: "notInstalled", start: "notInstalled", stop: "notInstalled", restart: "notInstalled", uninstall: "notInstalled" },
  ],
  [
    "is being installed",
    { stage: "installing" },
    {
      open: "installing",
      start: "installing",
      stop: "installing",
      restart: "installing",
      uninstall: "installing",
      remove: "installing",
    },
  ],
  [
    "is in quarantine",
    { state: "stopped", quarantine: { reason: "its key was revoked", since: null } },
    { open: "quarantined", start: "quarantined", restart: "quarantined", stop: "stopped" },
  ],
];

describe("what cannot be done to a plugin that", () => {
  it.each(bars)("%s", (_, state, why) => {
    const found = Object.fromEntries(
      (["open", "start", "stop", "restart", "uninstall", "remove"] as const)
        .map((a) => [a, whyNot(a, { ...script, ...state })])
        .filter(([, w]) => w),
    );
    expect(found).toEqual(why);
  });
});
