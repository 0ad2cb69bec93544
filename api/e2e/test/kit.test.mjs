// The page kit in a browser: what a page gets from the host and from the shell.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { eventually, modes, openShell } from "../lib/kit.mjs";

for (const [mode, env] of Object.entries(modes)) {
  test(`a page ${mode} has all of the kit`, async (t) => {
    const { host, page, show } = await openShell(t, env);
    const { launched, frame } = await show("a", "desk", { path: "calls/1" });
    assert.equal(launched.origin, env.XC_PUBLIC_URL ? "null" : `http://desk.localhost:${host.port}`);
    assert.deepEqual(await frame.evaluate(() => [zone.member, zone.plugin, zone.settings, zone.theme, zone.locale, zone.visible, zone.path, zone.shell, zone.simulated]), [
      { user: "admin", role: "admin", view: "agent" }, { id: "desk", version: "1.2.3" }, { queue: "sales" }, "dark", "de-CH", true, "calls/1", true, false]);

    assert.deepEqual(await frame.evaluate(async () => (await zone.fetch("/api/x?y=1", { method: "POST", headers: { "x-own": "1" }, body: "z" })).json()),
      { url: "/api/x?y=1", method: "POST", user: "admin", body: "z" });
    assert.equal(await frame.evaluate(() => new Promise((done, fail) => {
      const socket = new WebSocket(zone.socketURL("live"));
      socket.onmessage = (e) => done(e.data);
      socket.onerror = () => fail(new Error("no socket"));
    })), "hello on /live");
    for (const outside of ["../x", "a/../../x", "\\x", "https://evil.test/x"]) {
      const url = await frame.evaluate((path) => { try { return zone.url(path); } catch (error) { return error.name; } }, outside);
      assert.ok(url === "TypeError" || url.startsWith(await frame.evaluate(() => zone.url())), `${outside} became ${url}`);
    }

    assert.deepEqual(await frame.evaluate(() => [zone.notify({ title: "t" }), zone.badge(3), zone.badge(null), zone.resize({ height: 400.4 }), zone.navigate({ plugin: "other", path: "x#y" }), zone.navigate("https://example.com/a")]),
      Array(6).fill(true));
    await frame.evaluate(() => zone.autoResize());
    await eventually(() => page.evaluate(() => said.length >= 8), "eight messages");
    const said = await page.evaluate(() => said);
    assert.deepEqual(said.slice(0, 7), [["a", "hello", null], ["a", "notify", { title: "t", body: "", level: "info", tag: "" }], ["a", "badge", 3], ["a", "badge", null],
      ["a", "resize", { height: 400 }], ["a", "navigate", { plugin: "other", path: "x#y" }], ["a", "navigate", { url: "https://example.com/a" }]]);
    assert.equal(said[7][1], "resize");

    await page.evaluate(() => shells.a.set({ theme: "light", locale: "en", visible: false, path: "calls/2" }));
    await eventually(() => frame.evaluate(() => heard.length === 4), "four events");
    assert.deepEqual(await frame.evaluate(() => heard.map((h) => h[0]).sort()), ["locale", "navigate", "theme", "visibility"]);
    assert.deepEqual(await frame.evaluate(() => [zone.theme, zone.locale, zone.visible, zone.path]), ["light", "en", false, "calls/2"]);

    await frame.evaluate(() => (heard.length = 0));
    const send = (type) => host.call("POST", "/events/desktop", { type, users: ["admin"], data: { from: "+49 30 1" } });
    await eventually(async () => (await send("call.ringing")).delivered === 1, "the page listens");
    assert.deepEqual(await send("chat.message"), { delivered: 0 });
    assert.deepEqual(await send("screenPop"), { delivered: 1 });
    await eventually(() => frame.evaluate(() => heard.length === 2), "two desktop events");
    assert.deepEqual(await frame.evaluate(() => heard), [["call.ringing", { from: "+49 30 1" }], ["screenPop", { from: "+49 30 1" }]]);
    assert.deepEqual(await page.evaluate(() => refused), []);
  });
}

test("the guide's example works as it stands there", async (t) => {
  const guide = await readFile(fileURLToPath(new URL("../../../docs/page-kit.md", import.meta.url)), "utf8");
  const block = (kind) => guide.match(new RegExp("```" + kind + "\\n([\\s\\S]*?)```"))[1];
  const { host, page, show } = await openShell(t, {});
  await host.install(JSON.parse(block("json")), { "pages/agent.html": block("html"),
    "app.js": `require("node:http").createServer((req, res) => res.end(JSON.stringify(req.url === "/api/calls" ? [{ from: "Ann" }, { from: "Ben" }] : null))).listen(1)` });
  const { frame } = await show("a", "callers", { visible: false }, "Callers");
  await eventually(() => page.evaluate(() => said.some((s) => s[1] === "badge" && s[2] === 2)), "the badge");
  assert.equal(await frame.textContent("#calls"), "AnnBen");
  await eventually(async () => (await host.call("POST", "/events/desktop", { type: "call.ringing", users: ["admin"], data: { callId: "1", from: "Ann" } })).delivered === 1, "it listens");
  await eventually(() => page.evaluate(() => said.some((s) => s[1] === "notify")), "the notification");
  assert.deepEqual((await page.evaluate(() => said.find((s) => s[1] === "notify")))[2], { title: "Ann calls", body: "Say hello", level: "info", tag: "1" });
});

test("the sample uses the kit", async (t) => {
  const { host, page, show } = await openShell(t, {});
  await host.installFolder(fileURLToPath(new URL("../../../samples/html-hello", import.meta.url)));
  const { frame } = await show("a", "html-hello", {}, "Transfer to");
  await eventually(() => page.evaluate(() => said.some((s) => s[1] === "badge")), "its badge");
  assert.equal(await frame.evaluate(() => document.documentElement.style.colorScheme), "dark");
  assert.deepEqual(page.said.filter((line) => /Uncaught|Refused/.test(line)), []);
});

test("a page that is open by itself goes on without a shell", async (t) => {
  const { host, page } = await openShell(t, {});
  const launched = await page.evaluate(() => launch("desk"));
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(launched.url);
  await page.waitForFunction(() => document.title === "ready");
  assert.deepEqual(await page.evaluate(() => [zone.shell, zone.member.user, zone.theme, zone.locale, zone.notify({ title: "t" }), zone.badge(1)]), [false, "admin", "dark", "en-US", false, false]);
  await page.emulateMedia({ colorScheme: "light" });
  await eventually(() => page.evaluate(() => heard.length === 1), "the browser's theme changes");
  assert.equal(await page.evaluate(() => zone.theme), "light");
  await eventually(async () => (await host.call("POST", "/events/desktop", { type: "screenPop", users: ["admin"] })).delivered === 1, "it listens");
});

test("the types say what the kit has, and refuse what it has not", async (t) => {
  const types = fileURLToPath(new URL("../types", import.meta.url));
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url)), "-p", types]).catch((e) => assert.fail(e.stdout));
  const declared = (await readFile(fileURLToPath(new URL("../../pages/sdk/appzone.d.ts", import.meta.url)), "utf8")).match(/interface Zone \{([\s\S]*?)\n\}/)[1];
  const names = new Set([...declared.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map((m) => m[1]));
  const { show } = await openShell(t, {});
  const { frame } = await show("a", "other");
  assert.deepEqual((await frame.evaluate(() => Object.keys(zone))).sort(), [...names].sort());
});
