// Who is not believed: other pages, other windows, other origins. Each with what is believed beside it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHost } from "../lib/appzone.mjs";
import { openPage } from "../lib/browser.mjs";
import { eventually, frameOf, modes, openShell, pageWith } from "../lib/kit.mjs";
import { serve } from "../lib/server.mjs";

test("a page on a development server believes no window from elsewhere", async (t) => {
  const host = await startHost(t);
  const server = await serve(t, () => pageWith(host.url));
  const lying = `<!doctype html><iframe src="${server}"></iframe><script>
    setInterval(() => frames[0].postMessage({ appzone: 1, type: "welcome", value: { facts: { member: { user: "mallory" }, plugin: {}, settings: {}, events: [] } } }, "*"), 20);
  </script>`;
  const page = await openPage(t, host);
  await page.goto(await serve(t, () => lying, "evil.localhost"));
  const refusing = await frameOf(page, server, "failed");
  assert.match(await refusing.evaluate(() => failure), /no host answers/);

  const near = await serve(t, () => lying);
  await page.goto(near);
  const believing = await frameOf(page, server);
  assert.equal(await believing.evaluate(() => zone.member.user), "mallory", "the same from this machine is a simulator");
});

test("a page that a host answers for is never simulated", async (t) => {
  const host = await startHost(t);
  const server = await serve(t, (req, res) => {
    if (req.url !== "/.appzone/page") return pageWith(host.url);
    res.statusCode = 404;
    res.setHeader("content-type", "application/problem+json");
    return '{"detail":"there is no installed plugin"}';
  });
  const page = await openPage(t, host);
  await page.goto(`${host.url}/sdk/simulator`);
  await page.fill("[name=url]", server);
  await page.click("#open button");
  const frame = await frameOf(page, server, "failed");
  assert.match(await frame.evaluate(() => failure), /there is no installed plugin/);
});

for (const [mode, env] of Object.entries(modes)) {
  test(`a page ${mode} cannot speak for another one or for the shell`, async (t) => {
    const { page, show } = await openShell(t, env);
    const { frame: mallory } = await show("a", "desk");
    const { frame: victim } = await show("b", "other");
    await page.evaluate(() => (said.length = 0));
    await mallory.evaluate(() => {
      parent.postMessage({ appzone: 1, type: "badge", value: 99 }, "*");
      for (const [type, value] of [["welcome", { theme: "light", locale: "xx" }], ["theme", "light"], ["navigate", "forged"], ["event", { type: "call.ringing", data: { forged: true } }]]) {
        parent.frames[1].postMessage({ appzone: 1, type, value }, "*");
      }
    });
    await eventually(() => page.evaluate(() => said.length === 1), "its own message is heard");
    assert.deepEqual(await page.evaluate(() => said), [["a", "badge", 99]], "and counts as its own");
    // Nor is every window of the console's origin the one around the page.
    await page.evaluate(() => document.body.append(Object.assign(document.createElement("iframe"), { name: "blank" })));
    await page.frame({ name: "blank" }).evaluate(() => parent.frames[1].postMessage({ appzone: 1, type: "theme", value: "light" }, "*"));
    // A message of the shell that comes after the forged ones shows that those had arrived.
    await page.evaluate(() => shells.b.set({ visible: false }));
    await eventually(() => victim.evaluate(() => heard.length > 0), "the shell's own message is heard");
    assert.deepEqual(await victim.evaluate(() => [heard, zone.theme, zone.locale, zone.path]), [[["visibility", false]], "dark", "de-CH", null]);
  });
}

test("the shell hears no frame that poses as the page", async (t) => {
  const { page, show } = await openShell(t, {});
  const { frame } = await show("a", "desk");
  await frame.evaluate(() => zone.badge(1));
  await eventually(() => page.evaluate(() => said.at(-1)[1] === "badge"), "the page itself is heard");
  await page.evaluate(() => (said.length = 0));

  await show("b", "liar", null);
  await frame.evaluate((url) => (location.href = url), (await page.evaluate(() => launch("liar"))).url);
  await eventually(() => page.evaluate(() => refused.length > 0), "the page's window, which shows another page now, is refused");
  assert.deepEqual(await page.evaluate(() => [said, refused]), [[], [["a", "origin"]]]);
});

test("a page believes no window around it that is not the console's", async (t) => {
  const { host, page, show } = await openShell(t, modes["in a sandbox"]);
  const { frame } = await show("a", "other");
  assert.equal(await frame.evaluate(() => zone.theme), "dark", "from the console it takes the theme");
  // The same page without the policy that forbids this frame, which the browser would keep to.
  const passing = await serve(t, async (req, res) => {
    const answer = await fetch(host.url + req.url, { headers: { origin: "null" } });
    for (const name of ["content-type", "access-control-allow-origin"]) if (answer.headers.has(name)) res.setHeader(name, answer.headers.get(name));
    res.setHeader("content-security-policy", "sandbox allow-scripts");
    return Buffer.from(await answer.arrayBuffer());
  });
  const url = passing + new URL(frame.url()).pathname;
  await page.goto(await serve(t, () => `<!doctype html><iframe name="a" src="${url}"></iframe><script>
    setInterval(() => { for (const [type, value] of [["welcome", { theme: "dark", locale: "xx" }], ["theme", "dark"], ["locale", "xx"], ["navigate", "forged"]]) frames[0].postMessage({ appzone: 1, type, value }, "*"); }, 20);
  </script>`, "evil.localhost"));
  const again = await frameOf(page, passing);
  await new Promise((done) => setTimeout(done, 500));
  assert.deepEqual(await again.evaluate(() => [zone.theme, zone.locale, zone.path, zone.shell, heard]), ["light", "en-US", null, false, []]);
});

test("what a page says to its shell is checked, cut and limited", async (t) => {
  const { page, show } = await openShell(t, {});
  const { frame } = await show("a", "other");
  const say = (...messages) => frame.evaluate((messages) => messages.forEach(([type, value]) => parent.postMessage({ appzone: 1, type, value }, "*")), messages);
  await page.evaluate(() => (said.length = 0));
  await say(["badge", -1], ["badge", 1e9], ["badge", "7"], ["notify", { title: 7 }], ["notify", { title: "x".repeat(200), level: "loud" }], ["resize", { height: 1e9 }], ["resize", { height: "1px" }],
    ["navigate", { url: "javascript:alert(1)" }], ["navigate", { plugin: "../x" }], ["welcome", {}], ["constructor", {}], ["badge", null]);
  await eventually(() => page.evaluate(() => said.length >= 5), "those that count");
  assert.deepEqual(await page.evaluate(() => said.map((s) => s.slice(1))), [["badge", 0], ["badge", 9999], ["notify", { title: "x".repeat(100), body: "", level: "info", tag: "" }],
    ["resize", { height: 20_000 }], ["badge", null]]);
  assert.equal(await page.evaluate(() => refused.length), 7);
  await page.evaluate(() => (said.length = refused.length = 0));
  await say(...Array(500).fill(["badge", 1]));
  await eventually(() => page.evaluate(() => said.length + refused.length === 500), "all of them arrived");
  const heard = await page.evaluate(() => said.length);
  assert.ok(heard > 20 && heard < 200, `${heard} of a flood were heard`);
});
