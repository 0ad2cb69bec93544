import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "../lib/browser.mjs";
import { startHost, adminPassword } from "../lib/appzone.mjs";

test("a browser opens the start page of a new host, under a strict policy", async (t) => {
  const host = await startHost(t);
  const page = await openPage(t, host, await host.session("admin", adminPassword));
  const answer = await page.goto(host.url + "/");
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()["content-security-policy"], /default-src 'none'/);
  assert.match(await page.title(), /App Zone/);
  assert.deepEqual(page.said, []);
});

test("an installed plugin answers programs", async (t) => {
  const host = await startHost(t);
  const id = await host.install(
    { name: "Hello", version: "1.0.0", description: "Says hello", type: "html", parameters: { views: { admin: "index.html", agent: "index.html" } } },
    { "index.html": "<!doctype html><title>hello</title>" },
  );
  const r = await fetch(`${host.url}/apps/${id}/index.html`, { headers: { authorization: `Bearer ${host.token}` } });
  assert.equal(r.status, 200);
  assert.match(await r.text(), /hello/);
});
