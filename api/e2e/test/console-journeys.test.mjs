// The console as a whole: what is live, addresses, the keyboard, errors, and what holds for every screen.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import ts from "typescript";
import { adminPassword, startHost } from "../lib/appzone.mjs";
import { openBrowser } from "../lib/browser.mjs";
import { barriers, logIn, openConsole, openPage } from "../lib/console.mjs";
import { fill } from "../lib/scenery.mjs";

const admin = { username: "admin", password: adminPassword };
const pages = (name) => ({ name, version: "1.0.0", description: `What ${name} does`, type: "html", parameters: { views: { admin: "index.html", agent: "index.html" } } });
const script = (name) => ({ name, version: "1.0.0", description: `What ${name} does`, type: "script", parameters: { scriptName: "s", scriptPath: "app.js", permissions: {} } });
const answers = { "app.js": `require("http").createServer((q, r) => { r.setHeader("content-type", "text/html"); r.end("<!doctype html><html lang=en><title>p</title><p>the page itself</p>"); }).listen(9006)` };

const tabs = ["", "/settings", "/access", "/logs", "/metrics", "/events", "/versions", "/files", "/danger"];
const screens = ["/", "/gallery", "/gallery/script-hello", ...tabs.map((t) => `/plugins/call-notes${t}`), "/plugins/broken-importer", "/plugins/crm-bridge/consent", "/staff", "/staff/desk1", "/profiles", "/tokens", "/keys", "/webhooks", "/audit", "/system", "/account", "/open/call-notes", "/open/wallboard", "/system/nowhere"];

// settled waits until a screen is there and nothing on it is still being read.
async function settled(page) {
  await page.locator("h1:visible, iframe:visible").first().waitFor().catch(async () => assert.fail(`no heading at ${page.url()}: ${await page.locator("body").innerText()}`));
  const busy = '#content [role="status"][aria-label], #content .mantine-Skeleton-root, #content .mantine-Loader-root';
  await page.waitForFunction((selector) => ![...document.querySelectorAll(selector)].some((e) => e.checkVisibility()), busy, { timeout: 5000 }).catch(() => {});
}

test("live, addresses and the keyboard", { timeout: 240_000 }, async (t) => {
  const { host, browser, context, page } = await openConsole(t);
  page.setDefaultTimeout(15_000);
  await host.install(pages("Wiki"), { "index.html": "<p>wiki" });
  await host.install(script("Notes"), answers);
  const main = page.locator("#content");
  const menu = page.getByRole("navigation", { name: "Main menu" });
  await main.getByText("Notes", { exact: true }).first().waitFor();

  await t.test("another administrator's change appears by itself", async () => {
    await page.getByText("Live", { exact: true }).waitFor();
    await host.call("PATCH", "/plugins/notes", { description: "Changed by somebody else" });
    await main.getByText("Changed by somebody else").waitFor({ timeout: 2000 });
    await page.goto(`${host.url}/staff`);
    await page.getByText("Live", { exact: true }).waitFor();
    await host.call("POST", "/staff", { username: "desk1", password: "a password of desk1", role: "agent" });
    await main.getByText("desk1", { exact: true }).first().waitFor({ timeout: 2000 });
  });

  await t.test("a host that ends and comes again is found by itself, and what changed meanwhile is shown", async () => {
    await page.goto(host.url);
    await main.getByText("Changed by somebody else").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.evaluate(() => { globalThis.unreloaded = true; });
    await host.end("SIGKILL");
    await page.getByText("Reconnecting", { exact: true }).waitFor();
    await page.route("**/api/v1/events", (r) => r.abort()); // until it was changed
    await host.start();
    await host.call("PATCH", "/plugins/notes", { description: "Changed while nobody heard" });
    await page.unroute("**/api/v1/events");
    await main.getByText("Changed while nobody heard").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => globalThis.unreloaded), true);
  });

  await t.test("a session that ended elsewhere leads to the login page, and from there back", async () => {
    await page.goto(`${host.url}/plugins/notes/logs`);
    await page.getByRole("tab", { name: "Logs", selected: true }).waitFor();
    const [cookie] = await context.cookies(host.url);
    await host.call("DELETE", "/session", undefined, { cookie: `${cookie.name}=${cookie.value}` }).catch(async () => {
      const r = await fetch(`${host.url}/api/v1/session`, { method: "DELETE", headers: { cookie: `${cookie.name}=${cookie.value}`, origin: host.url } });
      assert.ok(r.ok, `${r.status}`);
    });
    await page.getByLabel("User name").waitFor();
    await page.getByLabel("User name").fill("admin");
    await page.getByRole("textbox", { name: "Password" }).fill(adminPassword);
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Logs", selected: true }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/plugins/notes/logs");
  });

  await t.test("the back button goes through the screens, and a reload shows the same", async () => {
    await page.goto(host.url);
    for (const name of ["Gallery", "Staff", "System"]) {
      await menu.getByRole("link", { name, exact: true }).click();
      await main.getByRole("heading", { level: 1, name }).waitFor();
    }
    for (const [path, name] of [["/staff", "Staff"], ["/gallery", "Gallery"], ["/", "App Zone"]]) {
      await page.goBack();
      await main.getByRole("heading", { level: 1, name }).waitFor();
      assert.equal(new URL(page.url()).pathname, path);
    }
    await page.goForward();
    await page.reload();
    await main.getByRole("heading", { level: 1, name: "Gallery" }).waitFor();
  });

  await t.test("unknown addresses say so and lead back", async () => {
    for (const path of ["/system/nothing/here", "/plugins/absent", "/open/absent", "/staff/absent", "/gallery/absent"]) {
      await page.goto(host.url + path);
      await main.locator("h1:visible").first().waitFor();
      await main.getByText(/nothing at this address|not here|no (such )?(plugin|member|sample)|not found|does not exist|has no|there is no/i).and(page.locator(":visible")).first().waitFor().catch(async () => assert.fail(`${path}: ${await main.innerText()}`));
      assert.ok(await main.getByRole("link").or(main.getByRole("button")).count(), `${path} leads somewhere`);
    }
  });

  await t.test("a plugin that is removed while it is looked at", async () => {
    await host.install(pages("Fleeting"), { "index.html": "<p>fleeting" });
    await page.goto(`${host.url}/plugins/fleeting`);
    await main.getByRole("heading", { level: 1, name: "Fleeting" }).waitFor();
    const other = await openPage(context);
    await other.goto(`${host.url}/open/fleeting`);
    await other.waitForSelector('iframe[data-plugin="fleeting"]');
    await host.call("DELETE", "/plugins/fleeting?force=true");
    await other.getByText("This plugin is not here").waitFor();
    await main.getByText(/no longer|removed|not here|no plugin|nothing at this address|there is no/i).and(page.locator(":visible")).first().waitFor();
    await other.close();
  });

  await t.test("the keyboard alone logs in, finds, starts, opens and logs out", async () => {
    await host.call("POST", "/plugins/notes/stop?wait=true");
    const fresh = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
    const k = await openPage(fresh);
    k.setDefaultTimeout(15_000);
    const press = (key) => k.keyboard.press(key);
    // tabTo goes on by Tab until the focus is where it should be, and can be seen there.
    const tabTo = async (wanted, key = "Tab") => {
      for (let n = 0; n < 60; n++) {
        const at = await k.evaluate(() => {
          const e = document.activeElement;
          const s = getComputedStyle(e);
          return { name: (e.getAttribute("aria-label") || e.textContent || "").trim(), seen: s.outlineStyle !== "none" || s.boxShadow !== "none" || e.matches("input, [data-autofocus]") };
        });
        if (wanted.test(at.name)) return assert.ok(at.seen, `the focus on ${at.name} can be seen`);
        await press(key);
      }
      assert.fail(`Tab does not reach ${wanted}`);
    };
    await k.goto(host.url);
    await k.getByLabel("User name").waitFor();
    await k.keyboard.type("admin"); // the field has the focus
    await press("Tab");
    await k.keyboard.type(adminPassword);
    await press("Enter");
    await k.getByRole("heading", { level: 1, name: "App Zone" }).waitFor();
    await k.waitForFunction(() => document.activeElement?.tagName === "H1");
    await k.reload();
    await k.getByRole("heading", { level: 1, name: "App Zone" }).waitFor();
    await press("Tab");
    assert.equal(await k.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await press("Enter");
    assert.equal(await k.evaluate(() => document.activeElement.id), "content");
    await press("Control+k");
    const search = k.getByRole("textbox", { name: "Find a plugin or a page" }).or(k.getByRole("combobox", { name: "Find a plugin or a page" }));
    await search.waitFor();
    await k.keyboard.type("Changed while");
    await k.locator("[data-selected]").or(k.getByText("What Notes does")).first().waitFor().catch(() => {});
    await press("ArrowDown");
    await press("Enter");
    await k.waitForURL("**/plugins/notes");
    await k.waitForFunction(() => document.activeElement?.tagName === "H1" && document.activeElement.textContent.includes("Notes"));
    await tabTo(/^Start$/);
    await press("Enter");
    await k.locator("#content").getByText("Running", { exact: true }).first().waitFor();
    await press("Control+k");
    await search.waitFor();
    await k.keyboard.type("Open Notes");
    await press("ArrowDown");
    await press("Enter");
    await k.waitForURL("**/open/notes");
    await (await (await k.waitForSelector('iframe[data-plugin="notes"]')).contentFrame()).getByText("the page itself").waitFor();
    await k.waitForFunction(() => document.activeElement?.id === "content");
    await tabTo(/^(AD|.*admin.*)$/i, "Shift+Tab");
    await press("Enter");
    await k.getByRole("menuitem", { name: "Log out" }).waitFor();
    await press("ArrowDown");
    await k.waitForFunction(() => document.activeElement?.getAttribute("role")?.startsWith("menuitem"));
    await press("End");
    await k.waitForFunction(() => document.activeElement?.textContent === "Log out");
    await press("Enter");
    await k.getByLabel("User name").waitFor();
    await fresh.close();
  });
  assert.deepEqual(page.said.filter((s) => /policy|uncaught/i.test(s)), []);
});

test("every screen", { timeout: 600_000 }, async (t) => {
  const host = await startHost(t);
  await fill(t, host);
  const browser = await openBrowser(t);
  const look = async (storage = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", reducedMotion: "reduce" });
    await context.addInitScript((kept) => { for (const [k, v] of Object.entries(kept)) localStorage.setItem(k, v); }, storage);
    await logIn(context, host, admin);
    const page = await openPage(context);
    page.setDefaultTimeout(15_000);
    return page;
  };

  await t.test("has nothing serious for axe, in light and dark", async () => {
    const page = await look();
    const found = [];
    for (const path of screens) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(host.url + path);
      await settled(page);
      for (const b of await barriers(page)) found.push(`${path}, light: ${b}`);
      await page.emulateMedia({ colorScheme: "dark" });
      for (const b of await barriers(page)) found.push(`${path}, dark: ${b}`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(page.said.filter((s) => /policy|uncaught/i.test(s)), []);
    await page.context().close();
  });

  await t.test("speaks Italian throughout, and fits into 360 px with its longer words", async () => {
    const page = await look({ "appzone.language": "it" });
    await page.setViewportSize({ width: 360, height: 720 });
    const { english, keys } = await catalogue();
    const left = new Set();
    for (const path of screens) {
      await page.goto(host.url + path);
      await settled(page);
      for (const w of await page.evaluate(texts)) if (keys.has(w) || english.has(w)) left.add(`${path}: ${w}`);
      for (const b of await page.evaluate(beyond)) left.add(`${path}: ${b}`);
    }
    assert.deepEqual([...left], []);
    await page.context().close();
  });

  await t.test("says what is wrong when the host fails, and goes on when it is asked again", async () => {
    const failing = { "/": "plugins", "/gallery": "samples", "/plugins/call-notes": "plugins/call-notes", "/staff": "staff", "/profiles": "profiles", "/tokens": "tokens", "/keys": "trusted-keys", "/webhooks": "webhooks", "/audit": "audit", "/system": "system/doctor" };
    const problem = (status, code) => ({ status, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "x", status, code, detail: `this is ${code}`, requestId: "req-of-the-test" }) });
    const page = await look();
    for (const [path, route] of Object.entries(failing)) {
      const at = (url) => new RegExp(`^/api/v1/${route}$`).test(url.pathname);
      // What the host refuses is said at once; else it is asked twice more, which takes its time.
      for (const answer of [problem(429, "rate_limited"), problem(500, "internal"), ...(path === "/" || path === "/audit" ? [null] : [])]) {
        await page.route(at, (r) => (answer ? r.fulfill(answer) : r.abort()));
        await page.goto(host.url + path);
        const alert = page.locator("#content").getByRole("alert").first();
        await alert.waitFor({ timeout: 15_000 }).catch(() => assert.fail(`${path} hides the answer ${answer?.status ?? "none"}`));
        const said = await alert.innerText();
        if (answer) assert.match(said, /this is .*req-of-the-test/is, path);
        else assert.match(said, /does not answer/, path);
        await page.unroute(at);
        await alert.getByRole("button", { name: "Try again" }).click();
        await alert.waitFor({ state: "hidden" });
      }
    }
    await page.context().close();
  });
});

// beyond is, in the page, what is over the right edge of a window of 360 px and within nothing that scrolls.
function beyond() {
  const found = [];
  if (document.documentElement.scrollWidth > 360) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const e of document.querySelectorAll("#content :is(a, button, input, select, textarea), [role=dialog] :is(a, button, input, select, textarea)")) {
    const box = e.getBoundingClientRect();
    if (box.width <= 1 || !e.checkVisibility() || (box.right <= 361 && box.left >= -1)) continue;
    let up = e.parentElement;
    while (up && !/auto|scroll/.test(getComputedStyle(up).overflowX)) up = up.parentElement;
    if (!up) found.push(e.outerHTML.slice(0, 120));
  }
  return found;
}

// texts are, in the page, the words that people see or hear, without code and what is marked as another language.
function texts() {
  const found = new Set();
  const other = "code, pre, script, style, [lang]:not(html)";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement: e, data } = walk.currentNode;
    if (e.checkVisibility() && !e.closest(other)) found.add(data.trim());
  }
  for (const e of document.querySelectorAll("[aria-label], [placeholder], [title]")) for (const a of ["aria-label", "placeholder", "title"]) found.add((e.getAttribute(a) ?? "").trim());
  return [...found];
}

// catalogue has the console's English texts that are others in Italian, without those that hold values, and the keys of all.
async function catalogue() {
  const at = (language, name) => new URL(`../../console/src/text/${language}/${name}`, import.meta.url);
  const flat = (node, prefix) => Object.entries(node).flatMap(([k, v]) => (typeof v === "string" ? [[`${prefix}.${k}`, v]] : flat(v, `${prefix}.${k}`)));
  const read = async (language, name) => {
    const { outputText } = ts.transpileModule(await readFile(at(language, name), "utf8"), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
    return flat((await import(`data:text/javascript,${encodeURIComponent(outputText)}`)).default, name.replace(".ts", ""));
  };
  const names = (await readdir(at("en", "."))).filter((name) => !["index.ts", "first.ts", "rest.ts"].includes(name));
  const all = async (language) => (await Promise.all(names.map((name) => read(language, name)))).flat();
  const [english, italian] = [await all("en"), new Map(await all("it"))];
  const words = new Set(italian.values());
  return { keys: new Set(italian.keys()), english: new Set(english.map(([, v]) => v).filter((v) => !v.includes("{{") && !words.has(v))) };
}
