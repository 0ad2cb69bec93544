// The simulator in a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHost } from "../lib/appzone.mjs";
import { openPage } from "../lib/browser.mjs";
import { eventually, frameOf, modes, openShell, pageWith } from "../lib/kit.mjs";
import { serve } from "../lib/server.mjs";

test("a development server's page gets its facts, the screen and events from the simulator", async (t) => {
  const host = await startHost(t);
  const server = await serve(t, () => pageWith(host.url));
  const page = await openPage(t, host);
  await page.goto(`${host.url}/sdk/simulator`);
  await page.fill("[name=url]", server);
  await page.fill("[name=user]", "bob");
  await page.fill("[name=settings]", '{"queue":"Sales"}');
  await page.click("#open button");
  const frame = await frameOf(page, server);
  assert.deepEqual(await frame.evaluate(() => [zone.member, zone.settings, zone.simulated, zone.shell, zone.theme, zone.locale, zone.visible]), [
    { user: "bob", role: "agent", view: "agent" }, { queue: "Sales" }, true, true, "light", "en", true]);

  await frame.evaluate(() => {
    zone.notify({ title: "A call", body: "<b>from</b> Ann", level: "warning", tag: "call" });
    zone.notify({ title: "Another", tag: "call" });
    zone.badge(7);
    zone.resize({ height: 321 });
    zone.navigate({ plugin: "inbox", path: "chat/1#last" });
    parent.postMessage({ appzone: 1, type: "open-sesame" }, "*");
  });
  await eventually(async () => (await page.textContent("#log")).includes('"plugin":"inbox"'), "navigate");
  assert.equal(await page.textContent("#notifications"), "Another");
  assert.equal(await page.textContent("#badge"), "7");
  assert.equal(await page.evaluate(() => document.querySelector("iframe").style.height), "321px");
  assert.match(await page.textContent("#log .refused"), /unknown/);

  await page.selectOption("[name=theme]", "dark");
  await page.uncheck("[name=visible]");
  await page.click("#event button");
  await eventually(() => frame.evaluate(() => heard.length === 3), "three events");
  assert.deepEqual(await frame.evaluate(() => heard.map((h) => h[0])), ["theme", "visibility", "screenPop"]);
  assert.equal(await frame.evaluate(() => heard[2][1].name), "Ann Example");
  assert.deepEqual(page.said.filter((line) => /Content Security Policy|Error/.test(line)), [], "the simulator needs nothing that its policy forbids");
});

for (const [mode, env] of Object.entries(modes)) {
  test(`the simulator shows an installed plugin's page ${mode}`, async (t) => {
    const { host, page } = await openShell(t, env);
    page.said.length = 0;
    await page.goto(`${host.url}/sdk/simulator`);
    await page.check("[value=plugin]");
    await page.fill("[name=plugin]", "desk");
    await page.selectOption("[name=view]", "agent");
    await page.click("#open button");
    const opened = async () => {
      for (const frame of page.frames().slice(1)) if ((await frame.title().catch(() => "")) === "ready") return frame;
    };
    const frame = await eventually(opened, `the page: ${await page.textContent("#log")}`);
    assert.deepEqual(await frame.evaluate(() => [zone.member.user, zone.simulated, zone.settings]), ["admin", false, { queue: "sales" }]);
    await frame.evaluate(() => zone.badge(5));
    await eventually(async () => (await page.textContent("#badge")) === "5", "the badge");
    await page.click("#event button");
    await eventually(() => frame.evaluate(() => heard.some((h) => h[0] === "screenPop")), "the host's event");

    // Without a session it says so, and a token does as well.
    await page.context().clearCookies();
    await page.reload();
    await page.check("[value=plugin]");
    await page.fill("[name=plugin]", "desk");
    await page.selectOption("[name=view]", "agent");
    await page.click("#open button");
    await eventually(async () => (await page.textContent("#log")).includes("give a token here"), "the advice");
    await page.fill("[name=token]", host.token);
    await page.click("#open button");
    await eventually(opened, `the page: ${await page.textContent("#log")}`);
    assert.deepEqual(page.said.filter((line) => /Content Security Policy directive|Uncaught/.test(line)), []);
  });
}
