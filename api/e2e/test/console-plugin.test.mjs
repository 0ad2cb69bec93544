// The page of one plugin in the console: what an administrator does with it, by role and label, with mouse and keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHost } from "../lib/appzone.mjs";
import { openBrowser } from "../lib/browser.mjs";
import { barriers, logIn, openPage } from "../lib/console.mjs";

const server = `
const http = require("node:http");
http.createServer((req, res) => {
  res.end("ok");
  if (req.url === "/crash") setTimeout(() => { console.error("TypeError: it fell over"); process.exit(3); }, 20);
}).listen(3000);
`;
const settings = {
  type: "object",
  required: ["token", "greeting"],
  properties: {
    token: { type: "string", title: "Bot token", writeOnly: true, minLength: 8 },
    greeting: { type: "string", title: "Greeting", maxLength: 40 },
    site: { type: "string", title: "Site", format: "uri" },
    port: { type: "integer", title: "Port", minimum: 1, maximum: 65535, default: 8443 },
    mode: { title: "Mode", oneOf: [{ const: "poll", title: "Long polling" }, { const: "hook", title: "Webhook" }] },
    tls: { type: "boolean", title: "Encrypt", default: true },
    tags: { type: "array", title: "Tags", items: { type: "string" } },
    proxy: { type: "object", title: "Proxy", properties: { password: { type: "string", title: "Password", writeOnly: true } } },
  },
};
const bot = (name, version = "1.0.0") => [
  {
    name, version, description: "Answers people", type: "script", icon: "icon-send",
    author: { name: "Acme", email: "dev@acme.example", website: "https://acme.example" },
    parameters: {
      scriptName: "bot", scriptPath: "server/index.js", settings,
      permissions: { network: { outbound: ["api.telegram.org:443", "*.line.me:443"] }, browser: ["microphone"] },
    },
  },
  { "server/index.js": server },
];
const secret = "8123456:never-to-be-shown";

test("the page of a plugin", async (t) => {
  const browser = await openBrowser(t);
  const host = await startHost(t);
  const id = await host.install(...bot("Telegram"));
  const open = async (path, settings = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...settings });
    await logIn(context, host, { username: "admin", password: "only for the test" });
    const page = await openPage(context);
    page.setDefaultTimeout(15_000);
    await page.goto(host.url + path);
    return page;
  };
  const page = await open(`/plugins/${id}`);
  const tell = (name) => page.getByRole("button", { name, exact: true });
  const shows = (what, of = page) => of.waitForFunction((state) => document.querySelector("main [data-state]")?.dataset.state === state, what);
  const toasted = (text) => page.getByText(text).first().waitFor();

  await t.test("what it may do stands side by side, and its walls are shown", async () => {
    const row = page.locator('[data-permission="network api.telegram.org:443"]');
    await row.getByText("api.telegram.org on port 443").waitFor();
    assert.equal(await row.getByRole("img", { name: "Yes" }).count(), 2);
    await row.getByText("never").waitFor();
    const { walls } = await host.call("GET", `/plugins/${id}`);
    const shown = await page.locator("[data-level]").evaluateAll((all) => all.map((e) => e.dataset.level).sort());
    assert.deepEqual(shown, walls.map((w) => w.level).sort());
    await page.getByText(walls[0].reason).waitFor();
    assert.equal(await page.getByRole("link", { name: "Acme", exact: true }).getAttribute("href"), "https://acme.example/");
    assert.equal(await page.getByRole("link", { name: "dev@acme.example" }).getAttribute("href"), "mailto:dev@acme.example");
  });

  await t.test("it is stopped, started and restarted, and another window sees it at once", async () => {
    const other = await open(`/plugins/${id}`);
    await shows("running", other);
    await tell("Stop").click();
    await shows("stopped");
    await shows("stopped", other);
    await other.getByRole("button", { name: "Restart" }).focus();
    await other.getByRole("tooltip").getByText("It does not run").waitFor();
    await tell("Start").click();
    await shows("running");
    const { pid } = await host.call("GET", `/plugins/${id}`);
    await tell("Restart").click();
    await page.waitForFunction((old) => !document.querySelector("main").textContent.includes(`Process${old}`), pid);
    await toasted("Telegram was restarted");
    await shows("running");
    await other.context().close();
  });

  await t.test("a crash and the restart after it are seen with their cause", async () => {
    await fetch(`${host.url}/apps/${id}/crash`, { headers: { authorization: `Bearer ${host.token}` } });
    await page.getByText("exited with code 3").first().waitFor();
    await page.getByText("came back by itself once").waitFor();
    await page.getByText("It ended by itself and was started again").waitFor();
    await shows("running");
  });

  await t.test("grants are changed: one taken back, one given beyond what it asks for", async () => {
    await tell("Change").click();
    await page.getByRole("checkbox", { name: "Grant: Can reach every host below line.me on port 443" }).uncheck();
    await page.getByLabel("One more address that it may reach").fill("https://nowhere");
    await tell("Add").click();
    await page.getByText("Write it like api.example.com:443").waitFor();
    await page.getByLabel("One more address that it may reach").fill("api.example.com:443");
    await page.keyboard.press("Enter");
    await page.getByRole("checkbox", { name: "Grant: Can reach api.example.com on port 443" }).waitFor();
    // Somebody else takes another one back meanwhile: what both changed holds.
    await host.call("PUT", `/plugins/${id}/grants`, { network: { outbound: ["api.telegram.org:443", "*.line.me:443"] } });
    await page.getByText("Somebody else changed this meanwhile").waitFor();
    await tell("Keep my changes on the new state").click();
    await tell("Save").click();
    await page.getByText("2 things that it asks for are not granted").waitFor();
    await page.getByText("Given by an administrator").waitFor();
    const { granted } = await host.call("GET", `/plugins/${id}/grants`);
    assert.deepEqual(granted.network.outbound.sort(), ["api.example.com:443", "api.telegram.org:443"]);
    assert.equal(granted.browser, undefined);
  });

  await t.test("it is observed for an hour, with what is left of it", async () => {
    await tell("More about permissions").click();
    await page.getByRole("menuitem", { name: "Observe it for an hour" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Observe it for an hour" }).click();
    await page.getByRole("timer").getByText(/59m|1h/).waitFor();
    await page.locator('[data-level="none"]').first().waitFor(); // its network wall is missing meanwhile, and shown as that
    await tell("End it now").click();
    await page.getByRole("timer").waitFor({ state: "detached" });
  });

  await t.test("settings: mistakes are found, the difference is shown, and the secret is never seen again", async () => {
    await page.getByRole("tab", { name: "Settings" }).click();
    await page.getByLabel("Greeting").fill("hello");
    await page.getByLabel("Port").fill("70000");
    await tell("Review and save").click();
    await page.getByText("2 settings need a correction").waitFor();
    await page.getByText("Must be at most 65535").waitFor();
    await page.getByText("This is required").waitFor();
    await page.getByLabel("Port").fill("9000");
    await page.getByLabel("Site").fill("no address");
    await page.getByRole("textbox", { name: "Bot token" }).fill(secret);
    await page.getByRole("combobox", { name: "Mode" }).click();
    await page.getByRole("option", { name: "Webhook" }).click();
    await tell("Review and save").click();
    const review = page.getByRole("dialog");
    await review.getByText("9000").waitFor();
    await review.getByText("Set for the first time").waitFor();
    await review.getByText("Saving restarts it").waitFor();
    assert.ok(!(await review.innerText()).includes(secret));
    await review.getByRole("button", { name: "Save" }).click();
    await review.waitFor({ state: "detached" }); // the host refuses the site
    await page.locator("#root").getByText("must be a valid uri").last().waitFor();
    await page.waitForFunction(() => document.activeElement?.dataset.path === "site");
    await page.getByLabel("Site").fill("https://acme.example");
    await tell("Review and save").click();
    await review.getByRole("button", { name: "Save" }).click();
    await toasted("The settings are saved");
    await tell("Replace").waitFor();
    assert.ok(!(await page.content()).includes(secret));
    assert.ok(!(await page.evaluate(() => [...document.querySelectorAll("input, textarea")].map((e) => e.value).join())).includes(secret));
    const { values } = await host.call("GET", `/plugins/${id}/settings`);
    assert.deepEqual([values.greeting, values.port, values.mode, values.token.set], ["hello", 9000, "hook", true]);
  });

  await t.test("what is not saved stays while other tabs are looked at, and goes over what somebody else saved meanwhile", async () => {
    await page.getByLabel("Greeting").fill("mine");
    await page.getByRole("tab", { name: /^Danger/ }).click();
    await page.getByRole("img", { name: "Changes that are not saved" }).waitFor();
    await page.getByRole("tab", { name: /^Settings/ }).click();
    assert.equal(await page.getByLabel("Greeting").inputValue(), "mine");
    const now = (await host.call("GET", `/plugins/${id}/settings`)).values;
    await host.call("PUT", `/plugins/${id}/settings`, { ...now, port: 1234 });
    await page.getByText("admin changed this meanwhile").waitFor();
    assert.equal(await page.getByLabel("Greeting").inputValue(), "mine");
    await tell("Keep my changes on the new state").click();
    await page.waitForFunction((port) => /1.?234/.test(port.value), await page.getByLabel("Port").elementHandle());
    await tell("Review and save").click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("is not saved").waitFor({ state: "detached" });
    const { values } = await host.call("GET", `/plugins/${id}/settings`);
    assert.deepEqual([values.greeting, values.port, values.token.set], ["mine", 1234, true]);
    await tell("Remove").click();
    await page.getByText("Removed", { exact: true }).waitFor();
    await tell("Discard").click();
  });

  await t.test("it is edited", async () => {
    await tell("Edit").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Description").fill("Talks to people");
    await dialog.getByRole("radio", { name: "Agents only" }).check();
    await dialog.getByLabel("Icon").fill("phone");
    await dialog.page().getByRole("option", { name: "icon-phone", exact: true }).click();
    await dialog.getByLabel("Memory").fill("256");
    await host.call("PATCH", `/plugins/${id}`, { restart: { policy: "always" } });
    await dialog.getByText("Somebody else changed this meanwhile").waitFor();
    await dialog.getByRole("button", { name: "Keep my changes on the new state" }).click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("Talks to people").waitFor();
    const p = await host.call("GET", `/plugins/${id}`);
    assert.deepEqual([p.sidebar, p.icon, p.limits.memoryMB, p.restart.policy], ["agentOnly", "icon-phone", 256, "always"]);
    await shows("running");
  });

  await t.test("no barriers in light and dark, and nothing to scroll sideways at 360 px", async () => {
    for (const colorScheme of ["light", "dark"]) {
      const narrow = await open(`/plugins/${id}`, { colorScheme, viewport: { width: 360, height: 780 } });
      for (const [tab, sign] of [["", "What it may do"], ["/settings", "Greeting"], ["/danger", "Export a copy"], ["?edit", "Who sees it in the sidebar"]]) {
        await narrow.goto(`${host.url}/plugins/${id}${tab}`);
        await narrow.getByText(sign).first().waitFor();
        assert.deepEqual(await barriers(narrow), [], `${colorScheme} ${tab}`);
        assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${colorScheme} ${tab}`);
      }
      assert.deepEqual(narrow.said, []);
      await narrow.context().close();
    }
  });

  await t.test("B10: long words stay inside of what holds them", async () => {
    const word = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk".repeat(2);
    const [manifest, files] = bot(word.slice(0, 100));
    manifest.parameters.settings = { type: "object", properties: { a: { type: "string", title: word }, b: { type: "boolean", title: word }, c: { type: "array", title: word, items: { type: "string" }, default: [word] }, d: { type: "object", title: word, properties: { e: { type: "integer", title: word } } } } };
    const long = await host.install(manifest, files, { start: false });
    const plain = await host.install({ name: "Plain", version: "1.0.0", description: word, type: "html", parameters: { views: { admin: "index.html" } } }, { "index.html": "plain" });
    for (const width of [360, 1280]) {
      const narrow = await open("/", { viewport: { width, height: 780 } });
      for (const [path, sign] of [[`/plugins/${long}/settings`, "Add"], [`/plugins/${plain}/settings`, "This plugin has no settings"], [`/plugins/${plain}`, "What it may do"]]) {
        await narrow.goto(host.url + path);
        await narrow.getByText(sign).first().waitFor();
        const out = await narrow.getByRole("tabpanel").evaluate((panel) => {
          const { left, right } = panel.getBoundingClientRect();
          return [...panel.querySelectorAll("*")].filter((e) => e.checkVisibility()).filter((e) => {
            const r = e.getBoundingClientRect();
            return r.width > 1 && (r.right > right + 1 || r.left < left - 1);
          }).map((e) => `${e.tagName} ${e.textContent.slice(0, 40)}`);
        });
        assert.deepEqual(out, [], `${width} ${path}`);
        assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} ${path}`);
      }
      if (width === 1280) assert.equal(await narrow.getByRole("navigation", { name: "Main menu" }).locator(`a[data-plugin="${long}"]`).getAttribute("title"), manifest.name);
      await narrow.context().close();
    }
  });

  await t.test("tabs are changed by the keyboard, which keeps the focus", async () => {
    await page.getByRole("tab", { name: "Overview" }).click();
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/\/settings$/);
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith("Settings"));
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('[role="tab"][aria-selected="true"]')?.textContent === "Overview");
  });

  await t.test("it is uninstalled, and removed, each by its name", async () => {
    await page.getByRole("tab", { name: "Danger" }).click();
    await page.getByRole("tabpanel").getByRole("button", { name: "Uninstall" }).click();
    const dialog = page.getByRole("dialog");
    assert.ok(await dialog.getByRole("button", { name: "Uninstall" }).isDisabled());
    await dialog.getByLabel(/Type Telegram/).fill("Telegram");
    await page.keyboard.press("Enter");
    await shows("candidate");
    await page.getByText("Version 1.0.0 is uploaded and not installed yet").waitFor();
    await page.getByRole("tabpanel").getByRole("button", { name: "Uninstall" }).focus();
    await page.getByRole("tooltip").getByText("It is not installed yet").waitFor();
    await page.getByRole("tabpanel").getByRole("button", { name: "Remove" }).click();
    await dialog.getByLabel(/Type Telegram/).fill("Telegram");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.waitForURL(`${host.url}/`);
    await page.goto(`${host.url}/plugins/${id}`);
    await page.getByText("This plugin is not here").waitFor();
  });

  assert.deepEqual(page.said.filter((line) => !/404|422|412/.test(line)), []); // refusals that were meant are said as well
});
