import { expect, test } from "vitest";
import type { Plugin } from "../../../api/queries";
import { patchOf } from "./fields";

const plugin = {
  description: "now",
  sidebar: "never",
  icon: "icon-send",
  views: { admin: "a.html" },
  desired: "running",
  restart: { policy: "on-failure" },
  limits: { memoryMB: 256, cpuPercent: 100 },
  manifest: { sidebar: "always", icon: "icon-apps", parameters: { limits: { memoryMB: 128 } } },
} as unknown as Plugin;

test("only what differs is sent", () => {
  expect(patchOf(plugin, {})).toEqual({});
  expect(patchOf(plugin, { description: "now", sidebar: "never", admin: "a.html", limits: { memoryMB: 256 } })).toEqual({});
  expect(patchOf(plugin, { agent: "b.html", desired: "stopped", policy: "always", limits: { cpuPercent: 50 } })).toEqual({
    views: { agent: "b.html" },
    desired: "stopped",
    restart: { policy: "always" },
    limits: { cpuPercent: 50 },
  });
});

test("an emptied field, and one with the manifest's own value, follow the manifest again", () => {
  expect(patchOf(plugin, { description: " ", sidebar: "always", icon: "", limits: { memoryMB: "", cpuPercent: "" } })).toEqual({
    description: null,
    sidebar: null,
    icon: null,
    limits: { memoryMB: 128, cpuPercent: 0 },
  });
});
