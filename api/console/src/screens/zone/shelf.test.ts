import { describe, expect, it } from "vitest";
import type { Plugin } from "../../api/queries";
import { onShelf, type Shelf, searchOf, shelfOf } from "./shelf";

const plugin = (name: string, more: object = {}) =>
  ({
    id: name.toLowerCase(),
    name,
    description: "",
    version: "1.0.0",
    author: {},
    type: "script",
    runtime: "node",
    stage: "installed",
    state: "running",
    candidate: null,
    quarantine: null,
    waitingUntil: null,
    updatedAt: "2026-01-01T00:00:00Z",
    ...more,
  }) as unknown as Plugin;

const all = [
  plugin("Telegram", { description: "Chats of Telegram in the inbox", author: { name: "Caffè Sud" } }),
  plugin("board 10", { type: "html", runtime: "", candidate: { version: "2.0.0" } }),
  plugin("Board 9", { runtime: "wasm", state: "failed", updatedAt: "2026-02-01T00:00:00Z" }),
  plugin("New", { stage: "uploaded", state: "stopped", candidate: { version: "1.0.0" } }),
  plugin("Barred", { state: "stopped", quarantine: { reason: "revoked" } }),
  plugin("Idle", { state: "stopped" }),
  plugin("Soon", { state: "stopped", waitingUntil: "2026-01-01T00:00:00Z" }),
];
const names = (search: string) => onShelf(all, shelfOf(search)).plugins.map((p) => p.name);

describe("the plugins at an address", () => {
  it.each([
    ["", ["Barred", "Board 9", "board 10", "Idle", "New", "Soon", "Telegram"]],
    ["?sort=state", ["Barred", "Board 9", "Soon", "board 10", "Telegram", "Idle", "New"]],
    ["?sort=recent&q=board", ["Board 9", "board 10"]],
    ["?q=INBOX+chats", ["Telegram"]],
    ["?q=caffe", ["Telegram"]],
    ["?type=html", ["board 10"]],
    ["?state=attention", ["Barred", "Board 9"]],
    ["?state=update", ["board 10"]],
    ["?state=candidate", ["New"]],
    ["?state=moving", ["Soon"]],
    ["?state=running&type=node&q=tele", ["Telegram"]],
    ["?state=nonsense&type=perl&sort=price&q=idle", ["Idle"]],
    ["?q=nothing", []],
  ])("%s", (search, expected) => {
    expect(names(search)).toEqual(expected);
  });

  it("are counted by group under the rest of the filter", () => {
    const { counts, total } = onShelf(all, shelfOf("?q=board&state=update"));
    expect(counts).toEqual({ running: 1, moving: 0, stopped: 0, attention: 1, candidate: 0, update: 1 });
    expect(total).toBe(2);
  });
});

it.each(["", "?q=a+b%26c", "?state=running&type=wasm&sort=recent"])("the address %s stays what it is", (search) => {
  expect(searchOf(shelfOf(search))).toBe(search);
});

it("writes nothing that goes without saying", () => {
  const shelf: Shelf = { q: "", state: null, type: null, sort: "name" };
  expect(searchOf(shelf)).toBe("");
});
