// The screens of the host itself: publishers' keys, webhooks, the audit trail, and what the doctor finds.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { barriers, openConsole } from "../lib/console.mjs";

const pages = (name) => [{ name, version: "1.0.0", description: "Pages", type: "html", parameters: { views: { admin: "a.html" } } }, { "a.html": "<p>page" }];

test("the host's screens", async (t) => {
  const { host, page } = await openConsole(t, { path: "/keys" });
  page.setDefaultTimeout(15_000);
  const dialog = page.getByRole("dialog");

  await t.test("a publisher's key is trusted, revoked with what that stops, and trusted again", async () => {
    const { file, publicKey } = await host.keygen("publisher");
    await host.installZip(await host.sign(await host.pack(...pages("Signed Pages")), file));
    await page.getByText("No key yet").waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.getByRole("button", { name: "Trust a key" }).click();
    await dialog.getByLabel("Publisher").fill("Zone Works");
    await dialog.getByLabel("Public key").fill("not a key");
    await dialog.getByRole("button", { name: "Trust a key" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await dialog.getByLabel("Public key").fill(publicKey);
    await dialog.getByRole("button", { name: "Trust a key" }).click();
    const row = page.getByRole("row", { name: /Zone Works/ });
    await row.getByText("Trusted").waitFor();
    await row.getByRole("button", { name: "Actions for Zone Works" }).click();
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await dialog.getByText("This stops now: Signed Pages").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Revoke" }).isDisabled(), true, "confirmed by name");
    await dialog.getByLabel("Why").fill("stolen");
    await dialog.getByLabel("Type Zone Works to confirm").fill("Zone Works");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await row.getByText("Revoked").waitFor();
    await row.getByText("stolen").waitFor();
    assert.equal((await host.call("GET", "/plugins/signed-pages")).quarantine.reason.length > 0, true);
    assert.deepEqual(await barriers(page), []);
    await row.getByRole("button", { name: "Actions for Zone Works" }).click();
    await page.getByRole("menuitem", { name: "Trust again" }).click();
    await dialog.getByLabel("Type Zone Works to confirm").fill("Zone Works");
    await dialog.getByRole("button", { name: "Trust again" }).click();
    await row.getByText("Trusted").waitFor();
  });

  await t.test("a webhook is added, shows its secret once, is tested and told of events", async (t) => {
    const got = [];
    const receiver = http.createServer((q, r) => {
      let body = "";
      q.on("data", (part) => (body += part)).on("end", () => {
        got.push({ signature: q.headers["webhook-signature"], body: JSON.parse(body) });
        r.statusCode = q.url === "/refuses" ? 500 : 204;
        r.end();
      });
    });
    await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
    t.after(() => receiver.close());
    const at = `http://localhost:${receiver.address().port}`;
    await page.goto(`${host.url}/webhooks`);
    await page.getByRole("button", { name: "Add a receiver" }).click();
    await dialog.getByLabel("Address").fill("http://169.254.169.254/latest");
    await dialog.getByRole("button", { name: "Add a receiver" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await dialog.getByLabel("Address").fill(`${at}/refuses`);
    assert.deepEqual(await barriers(page), []);
    await dialog.getByRole("button", { name: "Add a receiver" }).click();
    const secret = await dialog.getByText(/^whsec_/).textContent();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("link", { name: `${at}/refuses` }).click();
    await page.waitForURL("**/webhooks/*");
    await dialog.getByRole("button", { name: "Send a test" }).click();
    await dialog.getByText("The test was not received").waitFor();
    await dialog.getByRole("button", { name: "Edit" }).click();
    const edit = page.getByRole("dialog", { name: "Change this receiver" });
    await edit.getByLabel("Address").fill(`${at}/takes`);
    const [{ id }] = (await host.call("GET", "/webhooks")).items;
    await host.call("PATCH", `/webhooks/${id}`, { events: ["plugin.*"] }); // by somebody else, meanwhile
    await edit.getByText("Somebody else changed this meanwhile").waitFor();
    await edit.getByRole("button", { name: "Keep my changes on the new state" }).click();
    await edit.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(`${at}/takes`).waitFor();
    assert.deepEqual((await host.call("GET", `/webhooks/${id}`)).events, ["plugin.*"]);
    await dialog.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The receiver answered 204.").waitFor();
    await dialog.getByRole("cell", { name: "webhook.test" }).first().waitFor();
    assert.deepEqual(await barriers(page), []);
    assert.ok(got.some((m) => m.body.type === "webhook.test" && m.signature));
    assert.ok(!(await page.content()).includes(secret));
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByLabel("Type localhost to confirm").fill("localhost");
    await page.getByRole("dialog", { name: "Delete this receiver" }).getByRole("button", { name: "Delete" }).click();
    await page.getByText("No receiver yet").waitFor();
  });

  await t.test("the audit trail shows acts as they happen, is filtered by its address, and is verified", async () => {
    await page.goto(`${host.url}/audit?kind=plugin.`);
    await page.getByRole("cell", { name: "plugin.installed" }).first().waitFor();
    assert.equal(await page.getByRole("cell", { name: "session.opened" }).count(), 0);
    await host.call("PATCH", "/plugins/signed-pages", { description: "changed by somebody else" });
    await page.getByRole("cell", { name: "plugin.edited" }).waitFor({ timeout: 2000 });
    await page.getByText(/^Entry \d+$/).first().click();
    await page.getByText("changed by somebody else").waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.getByLabel("Who").fill("nobody");
    await page.waitForURL("**/audit?actor=nobody&kind=plugin.");
    await page.getByText("Nothing matches").waitFor();
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await page.getByRole("button", { name: "Verify" }).click();
    await dialog.getByRole("button", { name: "Verify now" }).click();
    await dialog.getByText("The trail is whole").waitFor();
    assert.deepEqual(await barriers(page), []);
  });

  await t.test("what the doctor finds, what the host is, and a backup", async () => {
    await host.install({ name: "Ends", version: "1.0.0", description: "d", type: "script", parameters: { scriptName: "e", scriptPath: "a.js", permissions: {}, restart: { policy: "never" } } }, { "a.js": "require('http').createServer((q, r) => r.end()).listen(1); setTimeout(() => process.exit(4), 2500)" });
    await page.goto(`${host.url}/system`);
    await page.getByRole("heading", { name: /ends/ }).waitFor(); // it runs at first, and what was found is read again when it ends
    assert.deepEqual(await barriers(page), []);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Take a backup" }).click()]);
    assert.match(download.suggestedFilename(), /^appzone-.*\.backup$/);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.getByRole("tab", { name: "Facts" }).click();
    await page.getByText("Environment", { exact: true }).waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.setViewportSize({ width: 360, height: 700 });
    for (const path of ["/system", "/system?tab=facts", "/audit", "/keys", "/webhooks"]) {
      await page.goto(host.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, path);
    }
  });
  assert.deepEqual(page.said.filter((s) => /policy/i.test(s)), []);
});
