// The console's screens about people: log-in, account, staff, profiles, tokens, and who has a plugin.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { adminPassword, freePort, startHost } from "../lib/appzone.mjs";
import { barriers, logIn, openConsole, openPage } from "../lib/console.mjs";
import { signIn, startProvider } from "../lib/provider.mjs";

const password = "correct horse battery";

// totp is the code that an authenticator app shows for a secret (RFC 6238).
function totp(secret, step = Math.floor(Date.now() / 30_000)) {
  const bits = [...secret.replace(/=/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", key).update(counter).digest();
  return String((hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// violations are what the page said about its policy, and the errors of scripts; refused requests are part of these tests.
const violations = (page) => page.said.filter((text) => !/Failed to load resource/.test(text));

test("people", async (t) => {
  const port = await freePort();
  const oidc = await startProvider(t, { ann: { preferred_username: "ann", groups: ["support"] } }, `http://localhost:${port}/api/v1/session/oidc/callback`);
  const host = await startHost(t, { ...oidc, XC_OIDC_GROUP_MAP: "support=agent:front-desk" }, port);
  const page = { name: "Desk", version: "1.0.0", description: "A page", type: "html", parameters: { views: { admin: "index.html", agent: "index.html" } } };
  const files = { "index.html": "<!doctype html><title>page</title>" };
  await host.install(page, files);
  await host.install({ ...page, name: "Ledger", sidebar: "adminOnly" }, files);
  await host.call("POST", "/profiles", { name: "Front desk", role: "agent", plugins: ["desk"] });
  const { browser, page: stranger } = await openConsole(t, { host, as: null, path: "/staff?role=admin" });

  // fresh is a page of its own, of who is named or of nobody.
  const fresh = async (path, as, settings = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...settings });
    if (as) await logIn(context, host, as);
    const opened = await openPage(context);
    await opened.goto(host.url + path);
    return opened;
  };
  const admin = { username: "admin", password: adminPassword };

  await t.test("a wrong password is said, and the right one leads to where one wanted to go", async () => {
    await stranger.getByLabel("User name").fill("admin");
    await stranger.getByLabel("Password", { exact: true }).fill("not this one");
    await stranger.getByRole("button", { name: "Log in" }).click();
    await stranger.getByRole("alert").getByText("User name or password is wrong").waitFor();
    assert.deepEqual(await barriers(stranger), []);
    await stranger.getByLabel("Password", { exact: true }).fill(adminPassword);
    await stranger.keyboard.press("Enter");
    await stranger.getByRole("heading", { name: "Staff", level: 1 }).waitFor();
    assert.equal(new URL(stranger.url()).search, "?role=admin");
    assert.deepEqual(violations(stranger), []);
    await stranger.context().close();
  });

  await t.test("an agent is created by mouse, logs in by keyboard, and has no administrator's screens", async () => {
    const p = await fresh("/staff", admin);
    await p.getByRole("button", { name: "Add a member" }).click();
    const dialog = p.getByRole("dialog");
    await dialog.getByLabel("User name").fill("olga");
    await dialog.getByRole("button", { name: "Make one" }).click();
    await dialog.getByRole("combobox", { name: "Profile" }).click();
    await p.getByRole("option", { name: "Front desk" }).click();
    await dialog.getByRole("button", { name: "Create" }).click();
    const text = await dialog.getByRole("group", { name: "To hand over" }).locator("pre").textContent();
    const made = text.trim().split("Password: ")[1];
    await dialog.getByRole("button", { name: "Done" }).click();
    await p.getByRole("link", { name: "olga", exact: true }).click();
    await p.getByRole("region", { name: "Sidebar of olga" }).getByText("Desk").waitFor();
    assert.deepEqual(await barriers(p), []);
    assert.deepEqual(violations(p), []);

    const q = await fresh("/staff", null);
    await q.getByLabel("User name").waitFor();
    await q.keyboard.type("olga");
    await q.keyboard.press("Tab");
    await q.keyboard.type(made);
    await q.keyboard.press("Enter");
    await q.getByText("There is nothing at this address").waitFor();
    await q.getByRole("navigation").getByRole("link", { name: "Desk" }).waitFor();
    assert.equal(await q.getByRole("link", { name: "Staff" }).count(), 0);

    await p.goto(`${host.url}/plugins/ledger/access`);
    await p.getByText("Agent", { exact: true }).click();
    await p.getByText("Ledger is not in this sidebar").waitFor();
    assert.deepEqual(await barriers(p), []);
    await p.goto(`${host.url}/plugins/desk/access`);
    await p.getByLabel("The profile Front desk gives it").waitFor({ state: "attached" });
    await p.getByText("by profile Front desk").waitFor();
    await p.context().close();
    await q.context().close();
  });

  await t.test("a second step is turned on with an app, and then asked for", async () => {
    await host.call("POST", "/staff", { username: "tina", password, role: "agent" });
    const p = await fresh("/account", { username: "tina", password });
    await p.getByRole("button", { name: "Turn on" }).click();
    const dialog = p.getByRole("dialog");
    await dialog.getByLabel("Present password").fill(password);
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByRole("img", { name: "QR code of the secret" }).waitFor();
    const secret = (await dialog.getByRole("group", { name: "Secret" }).locator("pre").textContent()).trim();
    assert.deepEqual(await barriers(p), []);
    const used = Math.floor(Date.now() / 30_000);
    await dialog.getByLabel("Code", { exact: true }).fill(totp(secret, used));
    await dialog.getByRole("button", { name: "Turn on" }).click();
    const codes = (await dialog.getByRole("group", { name: "Recovery codes" }).locator("pre").textContent()).trim().split("\n");
    assert.equal(codes.length, 10);
    assert.deepEqual(violations(p), []);
    await p.context().close();

    const q = await fresh("/account", null);
    await q.getByLabel("User name").fill("tina");
    await q.getByLabel("Password", { exact: true }).fill(password);
    await q.keyboard.press("Enter");
    await q.getByLabel("Code", { exact: true }).fill("000000");
    await q.keyboard.press("Enter");
    await q.getByText("This code is wrong").waitFor();
    await q.getByLabel("Code", { exact: true }).fill(totp(secret, used + 1));
    await q.keyboard.press("Enter");
    await q.getByRole("heading", { name: "My account" }).waitFor();
    await q.context().close();
  });

  await t.test("single sign-on leads back to where one wanted to go", async () => {
    const p = await fresh("/account?from=a+link", null);
    await p.getByRole("link", { name: "Log in with single sign-on" }).click();
    await signIn(p, "ann");
    await p.getByRole("heading", { name: "My account" }).waitFor();
    assert.equal(p.url(), `${host.url}/account?from=a+link`);
    await p.context().close();
  });

  await t.test("a token works once it is shown, and is deleted by its name", async () => {
    const p = await fresh("/tokens?new=1", admin);
    const dialog = p.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill("deploy");
    await dialog.getByRole("checkbox", { name: "plugins:read" }).check();
    await dialog.getByRole("button", { name: "Create" }).click();
    const token = (await dialog.getByRole("group", { name: "Token" }).locator("pre").textContent()).trim();
    const me = await host.call("GET", "/me", undefined, { token });
    assert.deepEqual(me.scopes, ["plugins:read"]);
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    await p.getByRole("button", { name: "Delete deploy", exact: true }).click();
    const sure = p.getByRole("dialog");
    assert.equal(await sure.getByRole("button", { name: "Delete", exact: true }).isDisabled(), true);
    await sure.getByLabel("Type deploy to confirm").fill("deploy");
    await p.keyboard.press("Enter");
    await p.getByRole("button", { name: "Delete deploy", exact: true }).waitFor({ state: "detached" });
    assert.equal((await fetch(`${host.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status, 401);
    await p.context().close();
  });

  await t.test("what two administrators change at the same time is kept of both", async () => {
    await host.call("POST", "/staff", { username: "petra", password, role: "agent" });
    const p = await fresh("/staff", admin);
    await p.route("**/api/v1/events", (route) => route.abort()); // this page hears nothing of the other one
    await p.goto(`${host.url}/staff/petra`);
    await p.getByRole("checkbox", { name: /Ledger/ }).check();
    await host.call("PATCH", "/staff/petra", { plugins: ["desk"] });
    await p.getByRole("button", { name: "Save" }).click();
    await p.getByText("Somebody else changed this meanwhile").waitFor();
    await p.getByRole("button", { name: "Keep my changes on the new state" }).click();
    await p.getByRole("button", { name: "Save" }).click();
    await p.getByText("Saved").waitFor();
    assert.deepEqual((await host.call("GET", "/staff/petra")).plugins, ["desk", "ledger"]);
    await p.context().close();
  });

  await t.test("dark, narrow and in Italian nothing is in the way", async () => {
    const p = await fresh("/staff", admin, { viewport: { width: 360, height: 800 }, colorScheme: "dark", locale: "it-IT" });
    for (const [path, title] of [["/staff", "Personale"], ["/staff/olga", "olga"], ["/profiles/front-desk", "Front desk"], ["/tokens", "Token"], ["/account", "Il mio account"], ["/plugins/desk/access", "Desk"]]) {
      await p.goto(host.url + path);
      await p.getByRole("heading", { name: title, level: 1 }).waitFor();
      await p.waitForLoadState("networkidle", { timeout: 1500 }).catch(() => {}); // the stream of events stays open
      assert.deepEqual(await barriers(p), [], path);
      assert.equal(await p.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, path);
    }
    assert.deepEqual(violations(p), []);
    await p.context().close();
  });
});
