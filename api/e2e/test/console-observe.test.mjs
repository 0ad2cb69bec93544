// What an administrator sees of a plugin that runs: its log, its numbers, what happened to it, and its files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { barriers, logIn, openConsole, openPage } from "../lib/console.mjs";

const script = (name, parameters = {}) => ({ name, version: "1.2.0", description: `What ${name} does`, type: "script", icon: "icon-robot", parameters: { scriptName: "s", scriptPath: "app.js", permissions: {}, ...parameters } });

// It writes what a request asks for, as JSON lines in the query; /end ends it.
const app = `
console.log("\\u001b[1;31mERROR\\u001b[0m first words");
console.log("<script>globalThis.owned = 1</script>\\u001b]8;;http://evil.example\\u001b\\\\click\\u001b]8;;\\u001b\\\\ \\u202ereversed\\u001b[2J\\u0007");
console.error("to the error stream");
for (let i = 0; i < 300; i++) console.log("filling " + i);
require("http").createServer((q, r) => {
  const u = new URL(q.url, "http://x");
  if (u.pathname === "/end") process.exit(3);
  if (u.pathname === "/fail") r.statusCode = 500;
  for (let i = 0; i < Number(u.searchParams.get("times") || 0); i++) console.log(u.searchParams.get("say") + " " + i);
  r.end("ok");
}).listen(9006);`;

const id = "gateway";

test("observing a plugin", async (t) => {
  const { host, browser, page } = await openConsole(t);
  page.setDefaultTimeout(15_000);
  const files = { "app.js": app, "README.md": "# Read\n<b>me</b> \u202e\u001b[31m\n", "config/default.json": '{"a":1}', "picture.bin": "\u0000\u0001" };
  for (let i = 0; i < 40; i++) files[`public/img/icon-${i}.svg`] = `<svg>${i}</svg>`;
  await host.install(script("Gateway", { limits: { logKBps: 4096 } }), files);
  await host.call("POST", "/staff", { username: "desk1", password: "a password of desk1", role: "admin" });
  const ask = (path) => fetch(`${host.url}/apps/${id}${path}`, { headers: { authorization: `Bearer ${host.token}` } }).then((r) => r.text(), String);
  const log = page.getByRole("log", { name: "Log of Gateway" });
  const line = (text) => log.getByText(text, { exact: true });
  const clean = async (where = page) => {
    for (const colorScheme of ["light", "dark"]) {
      await where.emulateMedia({ colorScheme });
      await where.waitForFunction((scheme) => document.documentElement.dataset.mantineColorScheme === scheme, colorScheme);
      assert.deepEqual(await barriers(where), [], colorScheme);
    }
    await where.emulateMedia({ colorScheme: "light" });
  };
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

  await t.test("lines appear as they are written, below the mark of the start", async () => {
    await page.goto(`${host.url}/plugins/${id}/logs`);
    await line("filling 299").waitFor();
    assert.equal(await log.locator('[data-mark="start"]').getByText("starting version 1.2.0").count(), 1);
    await ask("/?say=hello&times=1");
    await line("hello 0").waitFor();
    await page.locator('[data-log="live"]').waitFor();
    await clean();
  });

  // B10
  await t.test("colours are shown, and nothing that was written does something", async () => {
    const error = log.getByText("ERROR", { exact: true });
    assert.match(await error.getAttribute("class"), /fg-red/);
    const plain = await log.getByText("first words").evaluate((e) => getComputedStyle(e).color);
    assert.notEqual(await error.evaluate((e) => getComputedStyle(e).color), plain);
    const hostile = await log.locator("[data-stream=stdout]").filter({ hasText: "evil.example" }).textContent();
    assert.match(hostile, /<script>globalThis\.owned = 1<\/script>‹ESC›\]8;;http:\/\/evil\.example‹ESC›\\click‹ESC›\]8;;‹ESC›\\ ‹U\+202E›reversed‹ESC›\[2J‹BEL›/);
    assert.equal(await log.locator("a, script").count(), 0);
    assert.equal(await page.evaluate(() => globalThis.owned), undefined);
  });

  await t.test("a filter is in the address and survives a reload", async () => {
    await page.getByLabel("Find in the log").fill("FIRST words");
    await page.waitForURL(/q=FIRST/);
    await line("filling 299").waitFor({ state: "detached" });
    await page.getByText("Errors", { exact: true }).click();
    await page.getByText("No line matches the filter").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await line("filling 299").waitFor();
    await page.getByText("Errors", { exact: true }).click();
    await page.waitForURL(/stream=stderr/);
    await page.reload();
    await line("to the error stream").waitFor();
    assert.equal(await log.locator("[data-stream=stdout]").count(), 0);
    await page.goto(`${host.url}/plugins/${id}/logs`);
    await line("hello 0").waitFor();
  });

  await t.test("who scrolls up keeps the place while lines come, and jumps back to live", async () => {
    await log.hover();
    await page.mouse.wheel(0, -900);
    const jump = page.getByRole("button", { name: /Jump to live/ });
    await jump.waitFor();
    await page.waitForFunction(() => document.getAnimations().length === 0);
    const before = await log.evaluate((e) => e.scrollTop);
    await ask("/?say=meanwhile&times=40");
    await page.getByRole("button", { name: "Jump to live (40 new)" }).waitFor();
    assert.ok(Math.abs((await log.evaluate((e) => e.scrollTop)) - before) < 2, "the place is kept");
    assert.equal(await line("meanwhile 39").count(), 0);
    await clean();
    await page.getByRole("button", { name: "Jump to live (40 new)" }).click();
    await line("meanwhile 39").waitFor();
    await page.waitForFunction(() => { const e = document.querySelector("[role=log]"); return e.scrollTop + e.clientHeight >= e.scrollHeight - 2; });
  });

  await t.test("the keyboard pauses and goes back to live", async () => {
    await log.focus();
    await page.keyboard.press("Space");
    await page.locator('[data-log="paused"]').waitFor();
    await ask("/?say=unseen&times=2");
    await page.getByRole("button", { name: "Jump to live (2 new)" }).waitFor();
    await page.keyboard.press("End");
    await line("unseen 1").waitFor();
    await page.locator('[data-log="live"]').waitFor();
  });

  await t.test("wrapping is remembered", async () => {
    const toggle = async () => {
      await page.getByRole("button", { name: "View" }).click();
      await page.getByRole("menuitemcheckbox", { name: "Wrap long lines" }).click();
    };
    await toggle();
    await page.reload();
    await line("unseen 1").waitFor();
    assert.equal(await log.getAttribute("data-wrap"), null);
    await toggle();
    await page.keyboard.press("Escape");
    assert.equal(await log.getAttribute("data-wrap"), "true");
  });

  await t.test("the log is downloaded, whole and harmless", async () => {
    const get = async (name) => {
      await page.getByRole("button", { name: "Download" }).click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name, exact: true }).click()]);
      return readFile(await download.path());
    };
    const text = (await get("Text (.txt)")).toString();
    assert.match(text, /stdout ERROR first words\n/);
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
    assert.equal(gunzipSync(await get("Text, compressed (.txt.gz)")).toString().slice(0, 200), text.slice(0, 200));
    assert.equal(JSON.parse((await get("As recorded (.ndjson)")).toString().split("\n")[0]).seq, 1);
  });

  await t.test("an end and a restart are marked, and a stopped plugin keeps its lines", async () => {
    await ask("/end");
    await log.locator('[data-mark="end"]').getByText("exited with code 3").waitFor();
    await log.locator('[data-mark="restart"]').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[data-mark="start"]').length >= 2);
    await host.call("POST", `/plugins/${id}/stop?wait=true`);
    await page.locator('[data-log="stopped"]').waitFor();
    const asked = [];
    page.on("request", (r) => r.url().includes("/logs") && asked.push(r.url()));
    await host.call("POST", `/plugins/${id}/start?wait=true`);
    await page.waitForFunction(() => document.querySelectorAll('[data-mark="start"]').length >= 3);
    assert.deepEqual(asked, [], "the one stream stayed open");
  });

  await t.test("a log of ten thousand lines is found through and scrolled", async () => {
    for (let i = 0; i < 5; i++) {
      await ask(`/?say=${i}&times=2000`);
      await line(`${i} 1999`).waitFor(); // who is more than 4096 lines behind loses some
    }
    await page.getByText("10,000 lines").waitFor();
    await page.getByLabel("Find in the log").fill("4 1999");
    await line("4 1999").waitFor();
    await page.getByText("1 of 10,000 lines").waitFor();
    await page.getByLabel("Find in the log").fill("");
    await log.focus();
    await page.keyboard.press("Home");
    await page.waitForFunction(() => document.querySelector("[role=log]").scrollTop === 0);
    await page.keyboard.press("End");
    await line("4 1999").waitFor();
  });

  await t.test("requests are in the charts and in the table", async () => {
    for (let i = 0; i < 5; i++) await ask("/fail");
    await page.getByRole("tab", { name: "Metrics" }).click();
    const metric = (name) => page.locator(`[data-metric=${name}]`);
    await metric("errors").getByText(/^[5-9] in all$/).waitFor();
    await metric("requests").locator(".recharts-bar-rectangle path").first().waitFor();
    await metric("memory").getByText("limit 512 MB").waitFor();
    await page.locator("[data-tile=memory]").getByText("/ 512 MB").waitFor();
    await clean();
    await page.getByText("Table", { exact: true }).click();
    const table = page.getByRole("table", { name: "Metrics as a table" });
    assert.match(await table.getByRole("row").nth(1).innerText(), /\d/);
    await page.getByText("Last day", { exact: true }).click();
    await page.waitForURL(/window=day/);
    await page.reload();
    await table.waitFor();
  });

  await t.test("what another administrator does is in the timeline at once", async () => {
    await page.goto(`${host.url}/plugins/${id}/events`);
    await page.getByText("Installed version 1.2.0").waitFor();
    const theirs = await host.session("desk1", "a password of desk1");
    const patch = await fetch(`${host.url}/api/v1/plugins/${id}`, { method: "PATCH", headers: { cookie: theirs, origin: host.url, "content-type": "application/json" }, body: JSON.stringify({ description: "Another" }) });
    assert.equal(patch.status, 200);
    const edited = page.locator('[data-type="plugin.edited"]');
    await edited.getByText("by desk1").waitFor();
    const details = edited.getByRole("button", { name: "Details" });
    await details.focus();
    await page.keyboard.press("Enter");
    await edited.getByRole("row", { name: "description — Another" }).waitFor();
    await clean();
    await page.getByText("Failures", { exact: true }).click();
    await page.waitForURL(/kind=failures/);
    await page.getByText("Crashed and comes back: exited with code 3").first().waitFor();
    assert.equal(await edited.count(), 0);
    await page.goBack();
    await edited.waitFor();
  });

  await t.test("files are a tree with their hashes, whose text is only looked at", async () => {
    await page.getByRole("tab", { name: "Files" }).click();
    await page.getByText(/^45 files/).waitFor();
    const folder = page.getByRole("button", { name: /^public/ });
    assert.equal(await folder.getAttribute("aria-expanded"), "false");
    await folder.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^img/ }).click();
    await page.getByRole("button", { name: /^icon-39\.svg/ }).waitFor();
    await clean();
    await page.getByLabel("Find a file").fill("readme");
    await page.getByText("1 of 45 files").waitFor();
    await page.getByRole("button", { name: /^README\.md/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("<b>me</b> ‹U+202E›‹ESC›[31m").waitFor();
    const { items } = await host.call("GET", `/plugins/${id}/files`);
    await dialog.getByText(items.find((f) => f.path === "README.md").sha256).waitFor();
    await clean();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.goto(`${host.url}/plugins/${id}/files?file=picture.bin`);
    await dialog.getByText("This is no text").waitFor();
  });

  await t.test("a file is written beside the code and deleted by its name", async () => {
    await page.goto(`${host.url}/plugins/${id}/files?file=config%2Fdefault.json`);
    const dialog = page.getByRole("dialog", { name: "config/default.json" });
    await dialog.getByRole("button", { name: "Write one over it" }).click();
    await dialog.getByLabel("Content").fill('{"a":2}');
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText('{"a":2}').waitFor();
    await dialog.getByText("Covers the version's file").waitFor();
    await dialog.getByRole("button", { name: "Delete" }).click();
    const sure = page.getByRole("dialog", { name: "Delete this file?" });
    await sure.getByLabel("Type default.json to confirm").fill("default.json");
    await page.keyboard.press("Enter");
    await dialog.getByText('{"a":1}').waitFor();
    await page.keyboard.press("Escape");
  });

  await t.test("all of it fits in 360 px, and in Italian", async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 720 }, locale: "it-IT", colorScheme: "dark" });
    await logIn(context, host, { username: "desk1", password: "a password of desk1" });
    const small = await openPage(context);
    const heads = { logs: "Cerca nel log", metrics: "Memoria", events: "Installata la versione 1.2.0", files: "README.md" };
    for (const [tab, text] of Object.entries(heads)) {
      await small.goto(`${host.url}/plugins/${id}/${tab}`);
      await (tab === "logs" ? small.getByLabel(text) : small.getByText(text).first()).waitFor();
      assert.ok(await small.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${tab} is too wide`);
      assert.deepEqual(await barriers(small), [], tab);
    }
    assert.deepEqual(small.said, []);
  });

  await t.test("pages alone have no log, and their requests are measured", async () => {
    await host.install({ name: "Leaflet", version: "1.0.0", description: "Pages", type: "html", parameters: { views: { admin: "index.html" } } }, { "index.html": "<p>hi" });
    await page.goto(`${host.url}/plugins/leaflet/logs`);
    await page.getByText("Pages write no log").waitFor();
    await page.getByRole("tab", { name: "Metrics" }).click();
    await page.locator("[data-metric=requests]").waitFor();
    assert.equal(await page.locator("[data-metric=memory], [data-tile]").count(), 0);
    await clean();
  });

  assert.ok(await fits());
  assert.deepEqual(page.said, []);
});
