// What a hostile plugin, a hostile link and bad luck try with the console.
import assert from "node:assert/strict";
import { test } from "node:test";
import { logIn, openConsole, openPage } from "../lib/console.mjs";
import { installUploaded, uploadOnly } from "../lib/zips.mjs";

const pages = (name, more = {}, parameters = {}) => ({ name, version: "1.0.0", description: "Pages", type: "html", ...more, parameters: { views: { admin: "index.html", agent: "index.html" }, ...parameters } });
const plain = { "index.html": "<!doctype html><title>page</title><p>plain page" };
// A page that says to the window around it whatever the test tells it to.
const hostile = {
  "index.html": `<!doctype html><title>page</title><p>hostile page<script src="say.js"></script>`,
  "say.js": `globalThis.say = (type, value) => parent.postMessage({ appzone: 1, type, value }, "*");`,
};
const frameOf = async (page, id) => (await (await page.waitForSelector(`iframe[data-plugin="${id}"]`, { state: "attached" })).contentFrame()) ?? assert.fail("no frame");

test("the console among the hostile", { timeout: 180_000 }, async (t) => {
  const { host, context, page } = await openConsole(t);
  page.setDefaultTimeout(15_000);
  await host.install(pages("Hostile"), hostile);
  await host.install(pages("Notes"), plain);
  await host.install(pages("Desk"), plain);
  const open = async (id) => {
    await page.goto(`${host.url}/open/${id}`);
    const frame = await frameOf(page, id);
    await frame.getByText("page").waitFor();
    return frame;
  };
  const menu = (name) => page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name });
  const shown = page.locator(".mantine-Notification-root");

  await t.test("C5: a page that is not looked at leads nobody anywhere", async () => {
    const frame = await open("hostile");
    await menu("System").click();
    await page.waitForURL("**/system");
    await frame.evaluate(() => {
      globalThis.say("navigate", { plugin: "hostile" });
      globalThis.say("navigate", { plugin: "desk", path: "/x" });
      globalThis.say("navigate", { url: "https://evil.example/" });
      globalThis.say("badge", 7); // messages come in order: once it is there, the others were heard
    });
    await menu("Hostile").getByText("7").or(page.getByText("7", { exact: true })).first().waitFor();
    assert.equal(new URL(page.url()).pathname, "/system");
    assert.equal(await shown.count(), 0);
  });

  await t.test("C5: a flood of notifications leaves room for others, and ends with its page", async () => {
    const frame = await open("hostile");
    await frame.evaluate(() => {
      for (let n = 0; n < 30; n++) globalThis.say("notify", { title: `flood ${n}`, body: "b".repeat(500), level: "error" });
      for (let n = 0; n < 20; n++) globalThis.say("navigate", { url: `https://evil.example/${n}` });
      globalThis.say("notify", { title: "the last one", body: "\u202Emoc.elpmaxe\u202C" });
    });
    await shown.getByText("the last one").waitFor();
    await page.waitForFunction(() => document.querySelectorAll(".mantine-Notification-root").length <= 2);
    await shown.getByText("\u2039U+202E\u203Amoc").waitFor();
    await page.getByRole("button", { name: "Close Hostile" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".mantine-Notification-root").length === 0, null, { timeout: 5000 });
  });

  await t.test("C4: a page that leaves for another site is told of, and comes back", async () => {
    const frame = await open("hostile");
    for (const to of ["https://evil.example/away", `${host.url}/system`]) {
      const at = await frameOf(page, "hostile");
      await at.evaluate((url) => setTimeout(() => location.assign(url)), to);
      await page.getByRole("heading", { level: 1, name: "The page of Hostile wanted to leave" }).waitFor();
      await page.getByText(to, { exact: true }).or(page.getByText(new URL(to).origin)).first().waitFor();
      await page.getByRole("button", { name: "Load the page again" }).click();
      await page.frameLocator('iframe[data-plugin="hostile"]').getByText("hostile page").waitFor();
      assert.equal(await page.getByText("wanted to leave").count(), 0);
    }
    assert.ok(frame.isDetached());
    await page.getByRole("button", { name: "Close Hostile" }).click();
  });

  await t.test("B7: an address that names nobody says none of its words", async () => {
    for (const path of ["Your%20session%20ended,%20call%20555", "%E0%A4%A", "__proto__", "..%2Fapi"]) {
      await page.goto(`${host.url}/staff/${path}`);
      await page.getByRole("heading", { level: 1, name: "This member is not here" }).waitFor();
      assert.doesNotMatch(`${await page.title()} ${await page.getByRole("main").textContent()}`, /555|__proto__/);
    }
  });

  await t.test("B7: an address that names no plugin opens nothing", async () => {
    for (const path of ["/open/%E0%A4%A", "/open/Your%20session%20ended,%20call%20555", "/open/..%2F..%2Fapi", "/open/%00"]) {
      await page.goto(host.url + path);
      await page.getByRole("heading", { level: 1, name: "This plugin is not here" }).waitFor();
      assert.equal(await page.getByRole("navigation", { name: "Open plugins" }).count(), 0, path);
    }
  });

  await t.test("H3: another version that takes the place of the one looked at is looked at first", async () => {
    await uploadOnly(host, pages("Moving", { version: "1.0.0" }), plain);
    await page.goto(`${host.url}/plugins/moving/consent`);
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Version 1.0.0").waitFor();
    await uploadOnly(host, pages("Moving", { version: "1.1.0" }, { permissions: { browser: ["camera"] } }), plain);
    await dialog.getByText("Version 1.1.0").waitFor();
    const install = dialog.getByRole("button", { name: "Install", exact: true });
    assert.equal(await install.getAttribute("aria-disabled"), "true", "what is about to be installed was never looked at");
    await dialog.getByRole("alert").getByRole("button", { name: "I have looked at it" }).click();
    assert.equal(await install.getAttribute("aria-disabled"), null);
    await page.keyboard.press("Escape");
  });

  await t.test("a browser that keeps nothing does without", async () => {
    const bare = await context.browser().newContext({ viewport: { width: 1100, height: 700 }, locale: "en" });
    await bare.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, { get: () => { throw new DOMException("denied", "SecurityError"); } });
    });
    await logIn(bare, host, { username: "admin", password: "only for the test" });
    const window = await openPage(bare);
    window.setDefaultTimeout(15_000);
    await window.goto(host.url);
    await window.getByRole("heading", { level: 1, name: "App Zone" }).waitFor();
    await window.locator("label", { hasText: "Table" }).click();
    await window.getByRole("table", { name: "Plugins" }).waitFor();
    await window.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Notes" }).click();
    await (await frameOf(window, "notes")).getByText("plain page").waitFor();
    await bare.close();
  });

  await t.test("C8: who logs in next in the same window finds nothing of who was there before", async () => {
    for (const username of ["desk1", "desk2"]) await host.call("POST", "/staff", { username, password: `a password of ${username}`, role: "agent", plugins: username === "desk1" ? ["notes", "desk"] : ["desk"] });
    const other = await context.browser().newContext({ viewport: { width: 1100, height: 700 }, locale: "en" });
    await logIn(other, host, { username: "desk1", password: "a password of desk1" });
    const window = await openPage(other);
    window.setDefaultTimeout(15_000);
    for (const id of ["notes", "desk"]) {
      await window.goto(`${host.url}/open/${id}`);
      await (await frameOf(window, id)).getByText("plain page").waitFor();
    }
    await host.call("PATCH", "/staff/desk1", { password: "another password of desk1" }); // which ends their sessions
    await window.getByLabel("User name").fill("desk2");
    await window.getByLabel("Password", { exact: true }).fill("a password of desk2");
    await window.getByRole("button", { name: "Log in" }).click();
    await (await frameOf(window, "desk")).getByText("plain page").waitFor();
    const tabs = window.getByRole("navigation", { name: "Open plugins" });
    assert.deepEqual(await tabs.getByRole("listitem").allTextContents(), ["Desk"]);
    await window.reload();
    await (await frameOf(window, "desk")).getByText("plain page").waitFor();
    assert.deepEqual(await tabs.getByRole("listitem").allTextContents(), ["Desk"]);
    await other.close();
  });
});
