// Pages of plugins in a frame of the console, in each of the ways that keep them apart from it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { modes, openConsole, show } from "../lib/modes.mjs";
import { pages, probe } from "../lib/plugins.mjs";

const found = (frame) => frame.waitForFunction(() => globalThis.found, null, { timeout: 20_000 }).then((h) => h.jsonValue());

for (const mode of Object.keys(modes)) {
  test(`pages work in a frame: ${mode}`, async (t) => {
    const { host, page, url } = await openConsole(t, mode);
    const html = await host.install(...pages());
    const script = await host.install(...probe());
    const expected = { part: "imported", classic: true, fetched: 42, lazy: "imported", style: "rgb(1, 2, 3)", image: 7 };

    for (const id of [html, script]) {
      const frame = await show(page, id);
      const { origin, ...got } = await found(frame).catch((e) => { throw new Error(`${id} at ${frame.url()}: ${e}\n${page.said.join("\n")}`); });
      assert.deepEqual(got, expected, id);
      assert.equal(origin, frame.launched.origin, id);
      assert.notEqual(origin, url);
      assert.equal(await frame.evaluate(() => document.referrer), "", "nobody learns the ticket");
    }

    // The program behind the page.
    const frame = await show(page, script);
    await found(frame);
    const talk = await frame.evaluate(async () => {
      const root = new URL("..", location.href);
      const post = await fetch(new URL("echo", root), { method: "POST", headers: { "x-custom": "1", "content-type": "application/json" }, body: "{}" }).then((r) => r.json());
      const form = new FormData();
      form.set("a", "b");
      const simple = await fetch(new URL("echo", root), { method: "POST", body: form }).then((r) => r.status);
      const socketURL = new URL("socket", root);
      socketURL.protocol = socketURL.protocol.replace("http", "ws");
      const socket = await new Promise((done, fail) => {
        const ws = new WebSocket(socketURL);
        ws.onmessage = (e) => { done(e.data); ws.close(); };
        ws.onerror = () => fail(new Error("the socket failed"));
      });
      const event = await new Promise((done, fail) => {
        const events = new EventSource(new URL("events", root));
        events.onmessage = (e) => { done(e.data); events.close(); };
        events.onerror = () => fail(new Error("the events failed"));
      });
      return { post, simple, socket, event };
    });
    assert.equal(talk.post.body, "{}");
    assert.equal(talk.post.user, "admin");
    assert.equal(talk.post.custom, "1");
    assert.doesNotMatch(talk.post.cookie, /appzone/i);
    assert.equal(talk.simple, 200);
    assert.equal(talk.socket, "hello admin");
    assert.equal(talk.event, "tick");

    // A form, and a link, lead on within the page.
    await frame.evaluate(() => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = new URL("../echo?form", location.href);
      document.body.append(form);
      form.submit();
    });
    await frame.waitForFunction(() => location.search === "?form" && document.body.innerText.includes('"POST"'));
  });

  test(`a page ends with the session: ${mode}`, async (t) => {
    const { host, page } = await openConsole(t, mode);
    const id = await host.install(...probe());
    const frame = await show(page, id);
    await found(frame);
    await frame.evaluate(async () => {
      globalThis.ended = [];
      const root = new URL("..", location.href);
      globalThis.events = new EventSource(new URL("events", root));
      events.onerror = () => ended.push("events");
      const socketURL = new URL("socket", root);
      socketURL.protocol = socketURL.protocol.replace("http", "ws");
      globalThis.socket = new WebSocket(socketURL);
      socket.onclose = () => ended.push("socket");
      await Promise.all([new Promise((done) => (events.onmessage = done)), new Promise((done) => (socket.onmessage = done))]);
    });
    assert.deepEqual(await frame.evaluate(() => ended), []);
    assert.equal(await page.evaluate(() => fetch("/api/v1/session", { method: "DELETE" }).then((r) => r.status)), 204);
    await frame.waitForFunction(() => ended.includes("events") && ended.includes("socket"), null, { timeout: 10_000 });
    // The answer can be read on an own origin; a sandboxed page learns that there was none.
    const after = await frame.evaluate(() => fetch(new URL("../echo", location.href)).then((r) => r.status, () => "failed"));
    assert.ok(after === 401 || after === "failed", String(after));
  });
}
