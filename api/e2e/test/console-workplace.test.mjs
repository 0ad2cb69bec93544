// The workplace: members' plugins in their sidebar, their pages in frames that stay as they are, and what is shown where there is no page.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { barriers, logIn, openConsole, openPage } from "../lib/console.mjs";

const script = (name, parameters = {}) => ({ name, version: "1.0.0", description: `What ${name} does`, type: "script", icon: "icon-robot", parameters: { scriptName: "s", scriptPath: "app.js", permissions: {}, ...parameters } });
const answers = (text) => ({ "app.js": `require("http").createServer((q, r) => { if (q.url === "/end") process.exit(3); r.setHeader("content-type", "text/html"); r.end("<!doctype html><title>p</title><input aria-label=note><p>${text}</p>"); }).listen(9006)` });
const page = (name, views, more = {}) => ({ name, version: "1.0.0", description: "Pages", type: "html", parameters: { views, ...more } });

// frameOf waits for the page of a plugin.
const frameOf = async (page, id) => (await (await page.waitForSelector(`iframe[data-plugin="${id}"]`, { state: "attached" })).contentFrame()) ?? assert.fail("no frame");

test("the workplace", async (t) => {
  const { host, context, page: admin } = await openConsole(t);
  admin.setDefaultTimeout(15_000);
  await host.install(script("Notes"), answers("notes of"));
  await host.install(script("Desk"), answers("desk of"));
  await host.install(page("For Agents", { agent: "agent.html", admin: "admin.html" }), { "agent.html": "<p>the agent's page", "admin.html": "<p>the admin's page" });
  await host.call("POST", "/staff", { username: "desk1", password: "a password of desk1", role: "agent", plugins: ["notes", "for-agents"] });

  await t.test("pages open beside each other and keep their state", async () => {
    await admin.getByRole("link", { name: "Notes", exact: true }).first().click();
    const notes = await frameOf(admin, "notes");
    await notes.getByLabel("note").fill("half a sentence");
    await admin.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Desk" }).click();
    await (await frameOf(admin, "desk")).getByText("desk of").waitFor();
    assert.equal(await admin.locator('iframe[data-plugin="notes"]').isVisible(), false);
    await admin.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "System" }).click();
    await admin.getByRole("heading", { level: 1 }).waitFor();
    await admin.goBack();
    await admin.goBack();
    await admin.waitForURL("**/open/notes");
    assert.equal(await notes.getByLabel("note").inputValue(), "half a sentence");
    await admin.waitForFunction(() => { // the page fills the window
      const { width, height } = document.querySelector('iframe[data-plugin="notes"]').getBoundingClientRect();
      return width > 1000 && height > 650;
    });
    assert.deepEqual(await barriers(admin), []);
    await admin.getByRole("button", { name: "Close Notes" }).click();
    await admin.waitForURL("**/open/desk");
    assert.equal(await admin.locator('iframe[data-plugin="notes"]').count(), 0);
  });

  await t.test("a page is isolated from the console", async () => {
    const frame = await frameOf(admin, "desk");
    assert.notEqual(await frame.evaluate(() => location.origin), new URL(admin.url()).origin);
    assert.match(await frame.evaluate(() => { try { return parent.document.title; } catch (e) { return e.name; } }), /SecurityError/);
  });

  await t.test("a stopped plugin's page says so, starts, and opens by itself", async () => {
    await host.call("POST", "/plugins/notes/stop?wait=true");
    await admin.goto(`${host.url}/open/notes`);
    await admin.getByText("This plugin is stopped.").waitFor();
    assert.deepEqual(await barriers(admin), []);
    await admin.getByRole("button", { name: "Start" }).click();
    await (await frameOf(admin, "notes")).getByText("notes of").waitFor();
  });

  await t.test("what was typed stays when the plugin stops", async () => {
    const notes = await frameOf(admin, "notes");
    await notes.getByLabel("note").fill("not lost");
    await host.call("POST", "/plugins/notes/stop?wait=true");
    await admin.getByText("This plugin is not running now").waitFor();
    assert.equal(await notes.getByLabel("note").inputValue(), "not lost");
    await host.call("POST", "/plugins/notes/start?wait=true");
    await admin.getByText("This plugin is not running now").waitFor({ state: "hidden" });
    assert.equal(await notes.getByLabel("note").inputValue(), "not lost");
  });

  await t.test("an agent has their sidebar, and gains and loses a plugin while logged in", async () => {
    const other = await context.browser().newContext({ viewport: { width: 1100, height: 700 }, locale: "en" });
    await logIn(other, host, { username: "desk1", password: "a password of desk1" });
    const desk1 = await openPage(other);
    desk1.setDefaultTimeout(15_000);
    await desk1.goto(host.url);
    const menu = desk1.getByRole("navigation", { name: "Main menu" });
    await menu.getByRole("link", { name: "For Agents" }).waitFor();
    assert.deepEqual((await menu.getByRole("link").allTextContents()).sort(), ["For Agents", "Notes"]);
    assert.deepEqual(await barriers(desk1), []);
    await menu.getByRole("link", { name: "For Agents" }).click();
    await (await frameOf(desk1, "for-agents")).getByText("the agent's page").waitFor();
    await host.call("PATCH", "/staff/desk1", { plugins: ["notes", "for-agents", "desk"] });
    await menu.getByRole("link", { name: "Desk" }).waitFor({ timeout: 2000 });
    await menu.getByRole("link", { name: "Desk" }).click();
    await (await frameOf(desk1, "desk")).getByText("desk of").waitFor();
    await host.call("PATCH", "/staff/desk1", { plugins: ["notes"] });
    await desk1.getByRole("heading", { name: "This plugin is not here" }).waitFor({ timeout: 2000 });
    assert.equal(await desk1.locator("iframe").count(), 0, "the pages of what was taken away are gone, those in other tabs as well");
    await menu.getByRole("link", { name: "Desk" }).waitFor({ state: "hidden" });
    await desk1.goto(`${host.url}/staff`);
    await desk1.getByText("There is nothing at this address").waitFor();
    assert.deepEqual(desk1.said.filter((s) => /policy/i.test(s)), []);
    await other.close();
  });

  await t.test("a site that refuses to be framed opens in a window, with the reason", async (t) => {
    const site = http.createServer((q, r) => {
      if (q.url === "/refuses") r.setHeader("x-frame-options", "DENY");
      r.setHeader("content-type", "text/html");
      r.end("<p>another site");
    });
    await new Promise((done) => site.listen(0, "127.0.0.1", done));
    t.after(() => site.close());
    const at = `http://localhost:${site.address().port}`;
    await host.install(page("Refusing Site", { admin: `${at}/refuses` }));
    await host.install(page("Other Site", { admin: `${at}/welcomes` }));
    await admin.goto(`${host.url}/open/refusing-site`);
    const out = admin.getByRole("link", { name: "Open in a new window" });
    await out.waitFor();
    assert.equal(await out.getAttribute("href"), `${at}/refuses`);
    assert.match(await out.getAttribute("rel"), /noopener/);
    assert.equal(await admin.locator('iframe[data-plugin="refusing-site"]').count(), 0);
    await admin.goto(`${host.url}/open/other-site`);
    await (await frameOf(admin, "other-site")).getByText("another site").waitFor();
  });

  await t.test("a page's number and notification are shown", async () => {
    await host.install(page("Speaking", { admin: "a.html" }), {
      "a.html": `<script type="module">import { appzone } from "/sdk/appzone.js"; const zone = await appzone(); zone.badge(7); zone.notify({ title: "<b>Ringing</b>", body: "who", level: "warning" }); document.body.append(zone.theme, " ", zone.locale);</script>`,
    });
    await admin.goto(`${host.url}/open/speaking`);
    await admin.getByText("Speaking: <b>Ringing</b>").waitFor();
    await admin.getByRole("navigation", { name: "Main menu" }).getByText("7", { exact: true }).waitFor();
    await (await frameOf(admin, "speaking")).getByText("light en").waitFor();
  });

  await t.test("a narrow window, in the dark, by the keyboard", async () => {
    await admin.setViewportSize({ width: 360, height: 640 });
    await admin.emulateMedia({ colorScheme: "dark" });
    await admin.goto(`${host.url}/open/notes`);
    await (await frameOf(admin, "notes")).getByText("notes of").waitFor();
    assert.equal(await admin.evaluate(() => document.documentElement.scrollWidth), 360);
    await admin.getByRole("button", { name: "Open or close the menu" }).focus();
    await admin.keyboard.press("Enter");
    await admin.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Desk" }).focus();
    await admin.keyboard.press("Enter");
    await admin.waitForURL("**/open/desk");
    await (await frameOf(admin, "desk")).getByText("desk of").waitFor();
    assert.deepEqual(await barriers(admin), []);
  });
  assert.deepEqual(admin.said.filter((s) => /policy/i.test(s)), []);
});
