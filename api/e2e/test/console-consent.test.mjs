import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, logIn, openConsole, openPage } from "../lib/console.mjs";
import { installUploaded, newKey, uploadOnly, zipOf } from "../lib/zips.mjs";

const server = `require("node:http").createServer((q, s) => s.end("hi")).listen(3000);`;
const script = (name, version, more = {}) => ({
  name, version, description: "Of a test", type: "script", author: { name: "Example Ltd" },
  parameters: { scriptName: "test", scriptPath: "index.js", ...more },
});
const pages = (name, version) => ({ name, version, description: "Pages", type: "html", parameters: { views: { admin: "index.html" } } });
const page1 = { "index.html": "<!doctype html><title>page</title>" };

test("consent, installation and versions", { timeout: 180_000 }, async (t) => {
  const { host, browser, context, page } = await openConsole(t, { path: "/system" });
  const dialog = page.getByRole("dialog");
  const button = (name, within = dialog) => within.getByRole("button", { name, exact: true });
  const consent = (id, version) => page.goto(`${host.url}/plugins/${id}/consent${version ? `?version=${version}` : ""}`);
  const done = (name, version) => dialog.getByText(`${name} ${version} is installed`).waitFor({ timeout: 30_000 });
  const plugin = (id) => host.call("GET", `/plugins/${id}`);

  await t.test("a classic plugin asks for every address, and says so before it is installed", async () => {
    await uploadOnly(host, script("Classic", "1.0.0"), { "index.js": server });
    await consent("classic");
    await dialog.getByRole("note").getByText("This asks for much trust").waitFor();
    await dialog.getByRole("note").getByText("Because of: Unrestricted network").waitFor();
    await dialog.getByRole("region", { name: "Network" }).getByText("Can reach every address of the internet and of your network").waitFor();
    await dialog.getByText("Nobody signed it, so nothing proves who made it.").waitFor();
    const start = button("Install and start");
    assert.equal(await start.getAttribute("aria-disabled"), "true");
    await start.click({ force: true });
    await dialog.getByText("First type the name").waitFor();
    assert.equal((await plugin("classic")).stage, "uploaded", "what is blocked does nothing");

    await dialog.getByText("Observe it for an hour").click();
    assert.equal(await start.getAttribute("aria-disabled"), null, "an observation takes no name");
    await dialog.getByText("All that it asks for").click();
    await dialog.getByLabel(/Type Classic to grant that/).fill("Classic");
    await start.click();
    await dialog.locator("[data-step=start][data-state=succeeded]").waitFor({ timeout: 30_000 });
    assert.deepEqual(await dialog.locator("[data-step]").evaluateAll((all) => all.map((e) => e.dataset.step)), ["check", "files", "prepare", "switch", "start"]);
    await done("Classic", "1.0.0");
    assert.equal(await dialog.getByRole("link", { name: "Open" }).getAttribute("href"), "/open/classic");
    assert.equal((await plugin("classic")).grants.unrestrictedNetwork, true);
    await page.reload();
    await done("Classic", "1.0.0");
    await dialog.getByRole("link", { name: "Go to the plugin" }).click();
    await page.waitForURL(`${host.url}/plugins/classic`);
  });

  await t.test("an upgrade shows exactly what more it asks for, and is installed only with it", async () => {
    await uploadOnly(host, script("Desk", "1.0.0", { permissions: { network: { outbound: ["a.example.com:443"] }, browser: ["camera"] } }), { "index.js": server, "old.js": "1" });
    await installUploaded(host, "desk");
    const next = { network: { outbound: ["a.example.com:443", "b.example.com:443"] }, plugins: ["inbox"] };
    await uploadOnly(host, script("Desk", "1.1.0", { permissions: next }), { "index.js": `${server} // more`, "new.js": "1" });
    await consent("desk");
    await dialog.getByText("It asks for 2 things more than version 1.0.0 was granted").waitFor();
    const changes = async (kind) => (await dialog.locator(`[data-change=${kind}]`).allTextContents()).map((s) => s.replace(/^[+−]/, "").replace(/ ?(New|No longer asked for)$/, ""));
    assert.deepEqual(await changes("added"), ["Can reach b.example.com on port 443", "Can call the plugin inbox"]);
    assert.deepEqual(await changes("removed"), ["May ask to use the camera"]);
    await button(/^Files /).click();
    await dialog.getByText("+ new.js").waitFor();
    await dialog.getByText("− old.js").waitFor();
    assert.equal((await plugin("desk")).version, "1.0.0");

    // Somebody uploads another one meanwhile: what moved has to be looked at first.
    await uploadOnly(host, script("Desk", "1.1.0", { permissions: { ...next, browser: ["microphone"] } }), { "index.js": server });
    await dialog.getByRole("alert").getByText("its content: another zip was uploaded").waitFor();
    await dialog.getByRole("region", { name: "Devices and browser" }).getByText("May ask to use the microphone").waitFor();
    assert.equal(await button("Install and start").getAttribute("aria-disabled"), "true");
    await button("I have looked at it").click();

    await dialog.getByText("Only what I choose").click();
    await dialog.getByRole("checkbox", { name: "Can call the plugin inbox" }).uncheck();
    await button("Install and start").click();
    await done("Desk", "1.1.0");
    await dialog.getByText("the host goes back to version 1.0.0 by itself").waitFor();
    const { grants, version } = await plugin("desk");
    assert.equal(version, "1.1.0");
    assert.deepEqual(grants.network.outbound, ["a.example.com:443", "b.example.com:443"]);
    assert.equal(grants.plugins, undefined);
  });

  await t.test("the way back is chosen in the list of versions, and confirmed by name", async () => {
    await page.goto(`${host.url}/plugins/desk/versions`);
    const former = page.locator("[data-version='1.0.0']");
    await page.locator("[data-version='1.1.0']").getByText("On trial").waitFor();
    await page.getByText(/Its trial ends in \d/).waitFor();
    await button("Compare with 1.1.0", former).click();
    await former.getByRole("region", { name: "Difference between 1.1.0 and 1.0.0" }).getByText("May ask to use the camera").waitFor();
    await button("Go back", former).click();
    await dialog.getByText("Keep data and settings as they are").waitFor();
    const go = button("Go back to 1.0.0");
    assert.equal(await go.isDisabled(), true);
    await dialog.getByText("Restore data and settings of then").click();
    await dialog.getByLabel("Type Desk to confirm").fill("Desk");
    await page.keyboard.press("Enter");
    await dialog.getByText("Version 1.0.0 is in use again").waitFor({ timeout: 30_000 });
    assert.equal((await plugin("desk")).version, "1.0.0");
    await button("Close").click();
    await dialog.waitFor({ state: "hidden" });
    await former.getByText("Installed", { exact: true }).waitFor();
  });

  await t.test("what has to be said explicitly is ticked each by itself", async () => {
    const key = await newKey(host);
    await uploadOnly(host, pages("Signed", "2.0.0"), page1, key);
    await consent("signed");
    await dialog.getByText("first time seen").waitFor();
    await button("Install").click();
    await done("Signed", "2.0.0");
    await uploadOnly(host, pages("Signed", "1.0.0"), page1);
    await consent("signed");
    await page.getByRole("heading", { name: "Go down to an older version of Signed?" }).waitFor();
    await dialog.getByRole("checkbox", { name: "I want the older version" }).check();
    assert.equal(await button("Install").getAttribute("aria-disabled"), "true");
    await dialog.getByRole("checkbox", { name: "I want it although nobody signed it" }).check();
    await button("Install").click();
    await done("Signed", "1.0.0");
  });

  await t.test("settings that a version refuses are given with it", async () => {
    await uploadOnly(host, script("Set", "1.0.0", { permissions: {}, settings: { type: "object", properties: { a: { type: "string" } } } }), { "index.js": server });
    await installUploaded(host, "set", false);
    await host.call("PUT", "/plugins/set/settings", { a: "x" });
    await uploadOnly(host, script("Set", "2.0.0", { permissions: {}, settings: { type: "object", properties: { a: { type: "integer" } } } }), { "index.js": server });
    await consent("set");
    const field = dialog.getByLabel("Settings for version 2.0.0, as JSON");
    await page.waitForFunction(() => document.querySelector("[role=dialog] textarea")?.value.includes('"a": "x"'));
    await button("Install stopped").click();
    await dialog.getByRole("alert").getByText(/refuses the settings that came with the installation/).waitFor();
    await field.fill('{"a": 7}');
    await button("Install stopped").click();
    await done("Set", "2.0.0");
    assert.equal((await host.call("GET", "/plugins/set/settings")).values.a, 7);
  });

  await t.test("an installation goes on without its dialog, and is found again", async () => {
    await uploadOnly(host, script("Slow", "1.0.0", { permissions: {} }), { "index.js": `setTimeout(() => { ${server} }, 7000);` });
    await consent("slow");
    await button("Install and start").click();
    await dialog.locator("[data-step=start][data-state=running]").waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL(`${host.url}/plugins/slow`);
    await consent("slow");
    await page.getByRole("heading", { name: "Installation of Slow" }).waitFor();
    await done("Slow", "1.0.0");
  });

  await t.test("an installation that fails shows the step, the output and what to do, and is tried again", async () => {
    await uploadOnly(host, script("Bad", "1.0.0", { permissions: {} }), { "index.js": `console.error("\\u001b[31mno configuration\\u001b[0m"); process.exit(3);` });
    await consent("bad");
    await button("Install and start").click();
    const alert = dialog.getByRole("alert");
    await alert.getByText("It failed in the step “Start”").waitFor({ timeout: 30_000 });
    await alert.getByText(/exited with code 3/).waitFor();
    await alert.getByText(/look at its log, mend its settings or upload a mended version/).waitFor();
    await dialog.locator("[data-step=start][data-state=failed]").waitFor();
    assert.match(await dialog.locator("pre").textContent(), /^no configuration$/m, "without its escapes");
    await button("Try again").click();
    await page.getByRole("heading", { name: "Install Bad again?" }).waitFor();
  });

  await t.test("a version is rejected, by name", async () => {
    await uploadOnly(host, pages("Unwanted", "1.0.0"), page1);
    await consent("unwanted");
    await button("Reject").click();
    const ask = page.getByRole("dialog", { name: "Reject Unwanted?" });
    await ask.getByLabel("Type Unwanted to confirm").fill("Unwanted");
    await button("Reject", ask).click();
    await page.waitForURL(`${host.url}/`);
    await assert.rejects(plugin("unwanted"), /404/);

    await uploadOnly(host, pages("Signed", "3.0.0"), page1);
    await consent("signed");
    await button("Reject").click();
    await page.getByLabel("Type Signed to confirm").fill("Signed");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${host.url}/plugins/signed`);
    assert.equal((await plugin("signed")).candidate, null);
    assert.equal((await plugin("signed")).version, "1.0.0");
  });

  await t.test("a new version is uploaded and installed with the keyboard alone, from its list", async () => {
    await page.goto(`${host.url}/plugins/signed/versions`);
    const chooser = page.waitForEvent("filechooser");
    await button("Upload a new version", page).focus();
    await page.keyboard.press("Enter");
    await (await chooser).setFiles({ name: "signed.zip", mimeType: "application/zip", buffer: await zipOf(host, pages("Signed", "4.0.0"), page1) });
    await page.waitForURL(/\/plugins\/signed\/consent/);
    const focused = (name) => page.evaluate((name) => document.activeElement?.textContent === name, name);
    await button("Install").waitFor();
    const press = async (name, key) => {
      for (let n = 0; n < 40 && !(await focused(name)); n++) await page.keyboard.press("Tab");
      assert.ok(await focused(name), `${name} is reached by Tab`);
      await page.keyboard.press(key);
    };
    const box = dialog.getByRole("checkbox", { name: "I want it although nobody signed it" });
    for (let n = 0; n < 40 && !(await box.evaluate((e) => e === document.activeElement)); n++) await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await press("Install", "Enter");
    await done("Signed", "4.0.0");
    await page.keyboard.press("Escape");
    await page.waitForURL(`${host.url}/plugins/signed`);
  });

  await t.test("nothing bars the way in light and dark, and nothing overflows at 360 pixels", async () => {
    const everything = {
      network: { outbound: ["api.example.com:443", "*.example.org:443", "10.0.0.0/8:5038"], listen: [9006] }, plugins: ["inbox"],
      public: [{ path: "/webhook", methods: ["POST"] }], browser: ["microphone", "popups"], desktop: ["call.*"], installScripts: true,
    };
    await uploadOnly(host, script(`Long ${"x".repeat(90)}`, "1.0.0", { permissions: everything, views: { agent: "https://pages.example.com/a" } }), { "index.js": server });
    const { items } = await host.call("GET", "/plugins?q=long");
    const { items: jobs } = await host.call("GET", "/jobs?limit=100");
    const failed = jobs.find((j) => j.plugin === "bad" && j.state === "failed");
    const narrow = await browser.newContext({ viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "it-IT" });
    await logIn(narrow, host, { username: "admin", password: "only for the test" });
    const everywhere = `${items[0].id}/consent`;
    for (const [where, shown] of [
      [context, [everywhere, `bad/consent?job=${failed.id}`]],
      [narrow, [everywhere, "desk/consent?version=1.1.0", "desk/versions?compare=1.1.0", "desk/versions?back=1.1.0"]],
    ]) {
      const p = await openPage(where);
      for (const path of shown) {
        await p.goto(`${host.url}/plugins/${path}`);
        await p.locator("[data-risk], [data-job], [data-accordion-control], [role=radiogroup]").first().waitFor();
        assert.deepEqual(await barriers(p), [], path);
        const wide = await p.evaluate(() => {
          const e = document.querySelector("[role=dialog]") ?? document.querySelector("[role=tabpanel]");
          return e.scrollWidth - e.clientWidth;
        });
        assert.ok(wide <= 0, `${path} is ${wide} too wide`);
      }
      assert.deepEqual(p.said, []);
    }
    assert.deepEqual(page.said.filter((s) => !/status of 4\d\d/.test(s)), []);
  });
});
