// What a hostile page of a plugin must not be able to do (rows C4 to C8, D9), tried in each way that keeps pages apart. Beside each attempt
// stands one that succeeds, so that it is the wall that fails it.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { openBrowser } from "../lib/browser.mjs";
import { modes, openConsole, show } from "../lib/modes.mjs";
import { pages, probe } from "../lib/plugins.mjs";

// tells runs fn in the frame and returns what it returned or threw.
const tells = (frame, fn, arg) => frame.evaluate(`(${fn})(${JSON.stringify(arg)})`).catch((e) => `threw ${e.message.split("\n")[0]}`);

// openAll opens the console with the page of a victim and that of an attacker, whose plugin was granted popups and downloads.
async function openAll(t, mode) {
  const all = await openConsole(t, mode);
  all.victim = await all.host.install(...probe("Victim"));
  all.evil = await all.host.install(...probe("Evil", { permissions: { browser: ["popups", "downloads"] } }));
  all.victimFrame = await show(all.page, all.victim);
  all.evilFrame = await show(all.page, all.evil);
  for (const frame of [all.victimFrame, all.evilFrame]) await frame.waitForFunction(() => globalThis.found, null, { timeout: 20_000 });
  return all;
}

// seen is what the victim's program was asked.
const seen = (all) => fetch(`${all.host.url}/apps/${all.victim}/seen`, { headers: { authorization: `Bearer ${all.host.token}` } }).then((r) => r.text());

// settled waits until what was begun had its time.
const settled = (page) => page.waitForTimeout(700);

for (const mode of Object.keys(modes)) {
  test(`a hostile page reads nothing of the console: ${mode}`, async (t) => {
    const { page, url, evilFrame } = await openAll(t, mode);
    await page.evaluate(() => {
      localStorage.setItem("secret", "the console's");
      document.cookie = "readable=the console's";
      const own = document.createElement("iframe");
      own.name = "own";
      document.body.append(own); // about:blank is of the console's origin
    });
    const reads = () => {
      const attempt = (fn) => { try { return String(fn()); } catch (e) { return e.name; } };
      return {
        dom: attempt(() => parent.document.title), top: attempt(() => top.document.body.tagName), storage: attempt(() => parent.localStorage.getItem("secret")),
        address: attempt(() => top.location.href), ownStorage: attempt(() => localStorage.getItem("secret")),
        sibling: attempt(() => parent.frames[0].location.href), cookie: attempt(() => document.cookie),
      };
    };
    const control = await tells(page.frame({ name: "own" }), reads);
    assert.equal(control.storage, "the console's");
    assert.equal(control.address, url + "/");
    assert.equal(control.top, "BODY");
    assert.match(control.cookie, /readable/);

    const got = await tells(evilFrame, reads);
    for (const name of ["dom", "top", "storage", "address", "sibling"]) assert.equal(got[name], "SecurityError", name);
    assert.ok(got.ownStorage === "null" || got.ownStorage === "SecurityError", got.ownStorage);
    assert.doesNotMatch(got.cookie, /appzone/i);
    // Ports share what is in the jar, which is why the session's cookie is out of reach of scripts.
    if (!mode.startsWith("ports")) assert.doesNotMatch(got.cookie, /readable/);
  });

  test(`a hostile page does nothing as the administrator: ${mode}`, async (t) => {
    const all = await openAll(t, mode);
    const { host, page, url, victim, evilFrame } = all;
    const calls = async (console) => {
      const attempt = (p) => p.then((r) => r.status || r.type, () => "failed");
      const stop = `${console}/api/v1/plugins/victim/stop`;
      const out = {
        me: await attempt(fetch(`${console}/api/v1/me`, { credentials: "include" })),
        stop: await attempt(fetch(stop, { method: "POST", credentials: "include", mode: "no-cors", body: "" })),
        cors: await attempt(fetch(stop, { method: "POST", credentials: "include", headers: { "content-type": "application/json" }, body: "{}" })),
        remove: await attempt(fetch(`${console}/api/v1/plugins/victim?force=true`, { method: "DELETE", credentials: "include" })),
        launch: await attempt(fetch(`${console}/api/v1/plugins/victim/launch`, { method: "POST", credentials: "include", body: "" })),
        content: await attempt(fetch(`${console}/apps/victim/seen`, { credentials: "include" })),
      };
      navigator.sendBeacon?.(stop, "");
      const frame = Object.assign(document.createElement("iframe"), { name: "into" });
      const form = Object.assign(document.createElement("form"), { method: "post", action: stop, target: "into" });
      document.body.append(frame, form);
      form.submit();
      const script = Object.assign(document.createElement("script"), { src: `${console}/api/v1/me` });
      out.script = await new Promise((done) => { script.onload = () => done("loaded"); script.onerror = () => done("failed"); document.body.append(script); });
      return out;
    };
    const got = await tells(evilFrame, calls, url);
    await settled(page);
    const state = await host.call("GET", `/plugins/${victim}`);
    assert.equal(state.state, "running", JSON.stringify(got));
    for (const name of ["me", "cors", "remove", "launch", "content", "script"]) assert.equal(got[name], "failed", name);

    // The same from the console's own page works.
    const control = await page.evaluate(async () => [
      await fetch("/api/v1/me").then((r) => r.status),
      await fetch("/api/v1/plugins/victim/stop?wait=true", { method: "POST" }).then((r) => r.status),
    ]);
    assert.deepEqual(control, [200, 200]);
    assert.equal((await host.call("GET", `/plugins/${victim}`)).state, "stopped");
  });

  test(`a hostile page neither frames the console nor leads it away: ${mode}`, async (t) => {
    const all = await openAll(t, mode);
    const { page, url, evilFrame, context } = all;
    // The console in a frame of the page.
    const framed = (address) => new Promise((done) => {
      const frame = document.createElement("iframe");
      frame.onload = () => done("loaded");
      frame.src = address;
      document.body.append(frame);
    });
    await tells(evilFrame, framed, url + "/");
    await tells(evilFrame, framed, url + "/api/docs");
    await tells(evilFrame, framed, await evilFrame.evaluate(() => new URL("agent", location.href).href)); // its own program, as the control
    await settled(page);
    const children = await Promise.all(evilFrame.childFrames().map((f) => f.evaluate(() => location.href)));
    assert.equal(children.length, 3);
    assert.match(children[0], /^chrome-error:/);
    assert.match(children[1], /^chrome-error:/);
    assert.match(children[2], /\/agent$/, "a page may frame itself: " + children[2]);

    // Without a click, and with one.
    const said = await tells(evilFrame, () => { try { top.location = "http://evil.test/"; return "went"; } catch (e) { return e.name; } });
    assert.equal(said, "SecurityError");
    await tells(evilFrame, () => { try { parent.location.replace("http://evil.test/"); } catch {} });
    await evilFrame.evaluate(() => {
      document.body.innerHTML = '<a id="away" href="http://evil.test/" target="_top">click</a><button id="open">open</button>';
      document.getElementById("open").onclick = () => { globalThis.popup = open("about:blank"); };
    });
    await evilFrame.click("#away");
    await settled(page);
    assert.equal(page.url(), url + "/");

    // By a window that it opens.
    const [popup] = await Promise.all([context.waitForEvent("page"), evilFrame.click("#open")]);
    await popup.evaluate(() => {
      try { opener.top.location = "http://evil.test/"; } catch {} // without TLS it has an opener, else the console's policy takes it
      document.body.innerHTML = '<button id="go">go</button>';
      document.getElementById("go").onclick = () => { try { opener.top.location = "http://evil.test/"; } catch {} };
    });
    await popup.click("#go");
    await settled(page);
    assert.equal(page.url(), url + "/");
  });

  test(`a hostile page does not reach another plugin: ${mode}`, async (t) => {
    const all = await openAll(t, mode);
    const { page, evilFrame, victimFrame, context } = all;
    const root = new URL("..", victimFrame.url()).href;
    const requests = async (root) => {
      const attempt = (p) => p.then((r) => r.status || r.type, () => "failed");
      const out = {
        read: await attempt(fetch(root + "seen", { credentials: "include" })),
        cors: await attempt(fetch(root + "echo?cors", { method: "POST", credentials: "include", headers: { "content-type": "application/json" }, body: "{}" })),
      };
      await attempt(fetch(root + "echo?post", { method: "POST", credentials: "include", mode: "no-cors", body: "x" }));
      await attempt(fetch(root + "echo?get", { credentials: "include", mode: "no-cors" }));
      out.socket = await new Promise((done) => {
        const ws = new WebSocket(root.replace("http", "ws") + "socket?by-evil");
        ws.onmessage = () => done("message");
        ws.onclose = () => done("closed");
      });
      out.events = await new Promise((done) => {
        const events = new EventSource(root + "events", { withCredentials: true });
        events.onmessage = () => { events.close(); done("message"); };
        events.onerror = () => { events.close(); done("failed"); };
      });
      out.script = await new Promise((done) => {
        const script = Object.assign(document.createElement("script"), { src: root + "ui/parts/classic.js" });
        script.onload = () => done("loaded");
        script.onerror = () => done("failed");
        document.head.append(script);
      });
      const form = Object.assign(document.createElement("form"), { method: "post", action: root + "echo?form", target: "into" });
      document.body.append(Object.assign(document.createElement("iframe"), { name: "into" }), form);
      form.submit();
      return out;
    };
    // A sandboxed page's address is what opens it, and it is nobody else's to know: without it there is nothing to ask.
    const target = mode === "a sandbox" ? root.replace(/[^/]+\/$/, "guessed/") : root;
    assert.equal(target === root, mode !== "a sandbox");
    const got = await tells(evilFrame, requests, target);
    await settled(page);
    const log = await seen(all);
    assert.deepEqual(got, { read: mode === "a sandbox" ? 401 : "failed", cors: "failed", socket: "closed", events: "failed", script: "failed" }, log);
    for (const mark of ["?cors", "?post", "?form", "?by-evil"]) assert.ok(!log.includes(mark), `${mark}: ${log}`);
    // Without TLS browsers do not say where a request comes from, so that a reading one may arrive. What it gets stays unread.
    if (mode !== "names below a domain" && mode !== "ports") assert.ok(!log.includes("?get"), log);

    // Its page does not show in a frame, and a window tells nothing.
    await tells(evilFrame, (address) => new Promise((done) => {
      const frame = Object.assign(document.createElement("iframe"), { src: address });
      frame.onload = done;
      document.body.append(frame);
    }), mode === "a sandbox" ? target : victimFrame.url());
    const inner = evilFrame.childFrames().at(-1);
    assert.ok(inner.url().startsWith("chrome-error:") || !(await inner.evaluate(() => Boolean(globalThis.found)).catch(() => false)), inner.url());
    await evilFrame.evaluate((address) => {
      document.body.innerHTML = '<button id="open">open</button>';
      document.getElementById("open").onclick = () => { globalThis.popup = open(address); };
    }, victimFrame.url());
    const [popup] = await Promise.all([context.waitForEvent("page"), evilFrame.click("#open")]);
    await popup.waitForLoadState();
    await settled(page);
    assert.match(await tells(evilFrame, () => { try { return popup.document.title; } catch (e) { return e.name; } }), /^(Security|Type)Error$/);

    // The victim's own page does all of it.
    const own = await tells(victimFrame, requests, root);
    await settled(page);
    assert.deepEqual(own, { read: 200, cors: 200, socket: "message", events: "message", script: "loaded" });
    const after = await seen(all);
    for (const mark of ["?cors", "?post", "?get", "?form", "?by-evil"]) assert.ok(after.includes(mark), `${mark}: ${after}`);
  });

  test(`a hostile page leaves nothing on the console's origin: ${mode}`, async (t) => {
    const all = await openAll(t, mode);
    const { page, url, context, evilFrame } = all;
    // A worker.
    const register = (script) => navigator.serviceWorker ? navigator.serviceWorker.register(script).then(() => "registered", (e) => e.name) : "none";
    for (const script of [url + "/api/docs/reader.js", url + "/sw.js"]) assert.notEqual(await tells(evilFrame, register, script), "registered");
    assert.deepEqual(await page.evaluate(() => navigator.serviceWorker?.getRegistrations().then((r) => r.length) ?? 0), 0);

    // Cookies, from the page and from its program.
    const toss = () => {
      const names = ["appzone_session", "__Host-appzone_session", "AppZone_session", "appzone_page_victim"];
      const parents = location.hostname.split(".").map((_, n, all) => all.slice(n).join("."));
      for (const name of names) {
        for (const domain of ["", ...parents.map((d) => `; domain=${d}`)]) {
          for (const path of ["/", "/api", "/api/v1", "/api/v1/me"]) {
            for (const more of ["", "; Secure", "; Secure; SameSite=None; Partitioned"]) {
              try { document.cookie = `${name}=tossed; path=${path}${domain}${more}`; } catch {}
            }
          }
        }
      }
    };
    await tells(evilFrame, toss);
    await tells(evilFrame, async () => { await fetch(new URL("../cookies", location.href)); });
    const jar = await context.cookies([url + "/api/v1/me"]);
    const tossed = jar.filter((c) => c.value === "tossed");
    const shared = mode === "names below a domain" || mode.startsWith("ports"); // where the console and the page have one jar
    const counts = mode.includes("TLS") ? "__Host-appzone_session" : "appzone_session";
    if (!shared) assert.deepEqual(tossed.filter((c) => c.name === counts), []);
    else assert.notDeepEqual(tossed, [], "the control: here they can");
    assert.equal(await page.evaluate(() => fetch("/api/v1/me").then((r) => r.status)), 200, "the session is still the administrator's: " + JSON.stringify(tossed));
    assert.equal(await page.evaluate(() => fetch("/api/v1/me").then((r) => r.json()).then((m) => m.user)), "admin");

    // A plugin's program sets no cookie of the host's, and sees none.
    const echoed = await tells(evilFrame, () => fetch(new URL("../echo", location.href)).then((r) => r.json()).then((e) => e.cookie));
    assert.doesNotMatch(echoed, /appzone/i);
    if (mode === "a sandbox") assert.equal(echoed, "");
    else assert.match(echoed, /own=1/, "its own cookies are its own");
  });
}

test("what a page may ask of the browser follows its grants", async (t) => {
  for (const mode of ["names below localhost", "a sandbox"]) {
    const { host, page, context } = await openConsole(t, mode);
    const bare = await host.install(...pages("Bare"));
    const rich = await host.install(...pages("Rich", { permissions: { browser: ["microphone", "camera", "clipboard-write", "popups", "downloads"] } }));
    const asks = () => ({
      ...Object.fromEntries(["microphone", "camera", "clipboard-write", "geolocation", "usb", "display-capture"].map((f) => [f, document.featurePolicy.allowsFeature(f)])),
    });
    const frames = {};
    for (const id of [bare, rich]) {
      frames[id] = await show(page, id);
      await frames[id].waitForFunction(() => globalThis.found, null, { timeout: 20_000 });
      await frames[id].evaluate(() => { document.onclick = () => { open("about:blank"); }; });
      const opened = context.pages().length;
      await frames[id].click("#text"); // popups need a person
      await settled(page);
      assert.equal(context.pages().length - opened, id === rich ? 1 : 0, `popups of ${id}: ${mode}`);
    }
    const none = { geolocation: false, usb: false, "display-capture": false };
    assert.deepEqual(await tells(frames[bare], asks), { microphone: false, camera: false, "clipboard-write": false, ...none }, mode);
    assert.deepEqual(await tells(frames[rich], asks), { microphone: true, camera: true, "clipboard-write": true, ...none }, mode);
    assert.deepEqual(page.said.filter((s) => /Unrecognized|permissions policy.*(unknown|error)/i.test(s)), []);
  }
});

// The controls of what no page above could do: without the walls this browser does it.
test("without a sandbox a click leads the top window away", async (t) => {
  const browser = await openBrowser(t, ["--host-resolver-rules=MAP *.test 127.0.0.1"]);
  const server = http.createServer((req, res) => {
    res.setHeader("content-type", "text/html");
    res.end(req.url === "/frame" ? '<a id="away" href="/gone" target="_top">click</a>' : req.url === "/" ? `<iframe src="http://other.test:${server.address().port}/frame"></iframe>` : "<title>gone</title>");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://zone.test:${server.address().port}/`);
  await page.frames()[1].click("#away");
  await page.waitForURL("**/gone");
});
