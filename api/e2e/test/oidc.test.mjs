import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "../lib/browser.mjs";
import { freePort, startHost } from "../lib/appzone.mjs";
import { startProvider, signIn } from "../lib/provider.mjs";

const people = {
  ann: { preferred_username: "Ann", email: "ann@example.org", groups: ["everyone", "support"] },
  eve: { preferred_username: "eve", email: "eve@example.org", groups: ["everyone"] },
  mallory: { preferred_username: "admin", email: "admin@example.org", groups: ["support"] },
};

// start is a host that logs people in at a provider, with a plugin for the group support.
async function start(t) {
  const port = await freePort();
  const redirect = `http://localhost:${port}/api/v1/session/oidc/callback`;
  const oidc = await startProvider(t, people, redirect);
  const host = await startHost(t, { ...oidc, XC_OIDC_GROUP_MAP: "zone-admins=admin, support=agent:support" }, port);
  for (const name of ["Desk", "Ledger"]) {
    await host.install(
      { name, version: "1.0.0", description: "A page", type: "html", parameters: { views: { admin: "index.html", agent: "index.html" } } },
      { "index.html": "<!doctype html><title>page</title>" },
    );
  }
  await host.call("POST", "/profiles", { name: "Support", role: "agent", plugins: ["desk"] });
  return host;
}

// inPage is the page's own request, as a script of the console would make it.
const inPage = (page, path) => page.evaluate(async (p) => { const r = await fetch(p); return { status: r.status, body: await r.json() }; }, path);

test("who is in a group of the map logs in at the provider, with the role and the plugins of the group", async (t) => {
  const host = await start(t);
  const page = await openPage(t, host);
  await page.goto(`${host.url}/api/v1/session/oidc?returnTo=/api/docs%3Fafter%3Dlogin`);
  assert.match(page.url(), /^http:\/\/127\.0\.0\.1:\d+\/interaction\//);
  await signIn(page, "ann");
  await page.waitForURL(`${host.url}/api/docs?after=login`);
  const me = await inPage(page, "/api/v1/me");
  assert.equal(me.status, 200, JSON.stringify(me.body));
  assert.deepEqual([me.body.user, me.body.role, me.body.view], ["ann", "agent", "agent"]);
  assert.deepEqual((await inPage(page, "/api/v1/me/sidebar")).body.items.map((e) => e.id), ["desk"]);
  assert.equal((await inPage(page, "/api/v1/plugins")).status, 403);

  const member = await host.call("GET", "/staff/ann");
  assert.deepEqual([member.profile, member.external.subject], ["support", "subject-of-ann"]);

  const cookies = await page.context().cookies(host.url);
  assert.deepEqual(cookies.map((c) => [c.name, c.httpOnly, c.sameSite]), [["appzone_session", true, "Strict"]]);
  await page.goto(`${host.url}/api/v1/session/oidc`); // the provider knows the person, and asks nothing
  await page.waitForURL(`${host.url}/`);
  assert.equal((await inPage(page, "/api/v1/me")).body.user, "ann");
});

for (const [name, login, status, code] of [
  ["who is in no group of the map", "eve", 403, "oidc_not_allowed"],
  ["who is called what another member is", "mallory", 409, "oidc_name_taken"],
]) {
  test(`${name} is refused, on a page that runs nothing`, async (t) => {
    const host = await start(t);
    const page = await openPage(t, host);
    await page.goto(`${host.url}/api/v1/session/oidc`);
    const answer = page.waitForResponse((r) => r.url().startsWith(`${host.url}/api/v1/session/oidc/callback`));
    await signIn(page, login);
    assert.equal((await answer).status(), status);
    await page.waitForSelector("h1");
    assert.match(await page.textContent("main"), new RegExp(code));
    assert.deepEqual(await page.context().cookies(host.url), []);
    assert.match(host.log(), /login by single sign-on failed/);
  });
}

test("a login that somebody else began opens nothing in this browser", async (t) => {
  const host = await start(t);
  const begun = await fetch(`${host.url}/api/v1/session/oidc`, { redirect: "manual" });
  const page = await openPage(t, host);
  await page.goto(`${host.url}/api/v1/session/oidc`); // an attempt of its own is under way, whose cookie is sent
  const answer = page.waitForResponse((r) => r.url().startsWith(`${host.url}/api/v1/session/oidc/callback`));
  await page.goto(begun.headers.get("location"));
  await signIn(page, "ann");
  assert.equal((await answer).status(), 400);
  await page.waitForSelector("h1");
  assert.match(await page.textContent("main"), /oidc_state_invalid/);
  assert.deepEqual(await page.context().cookies(host.url), []);
});
