// Pages that use the page kit, and a console that shows them.
import { openBrowser } from "./browser.mjs";
import { startHost, adminPassword } from "./appzone.mjs";

// pageWith is a page that has the kit, from the host at home or from its own origin.
export const pageWith = (home = "") => `<!doctype html><title>page</title><script type="module">
  import { appzone } from "${home}/sdk/appzone.js";
  window.heard = [];
  try {
    window.zone = await appzone();
    for (const e of ["theme", "locale", "visibility", "navigate", "lost", "screenPop", "call.*"]) zone.on(e, (data, about) => heard.push([about.type, data]));
    document.title = "ready";
  } catch (error) {
    window.failure = String(error);
    document.title = "failed";
  }
</script>`;

// frameOf waits for the page in a frame to be ready, or to have failed.
export async function frameOf(page, url, title = "ready") {
  for (let tries = 0; tries < 200; tries++) {
    const frame = page.frames().find((f) => f !== page.mainFrame() && f.url().startsWith(url));
    if (frame && (await frame.title().catch(() => "")) === title) return frame;
    await new Promise((done) => setTimeout(done, 50));
  }
  const all = await Promise.all(page.frames().map(async (f) => `${f.url()} ${await f.title().catch(String)} ${await f.evaluate(() => window.failure).catch(String)}`));
  throw new Error(`no frame ${url} is ${title}:\n${all.join("\n")}\n${page.said.join("\n")}`);
}

// eventually waits until probe gives something that is true, and returns it.
export async function eventually(probe, what) {
  for (let tries = 0; tries < 100; tries++) {
    const out = await probe();
    if (out) return out;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`it did not happen: ${what}`);
}

// playShell lets the console's start page show pages of plugins, as a console does, under its own policy.
async function playShell() {
  const { attach } = await import("/sdk/shell.js");
  Object.assign(window, { said: [], refused: [], shells: {} });
  window.launch = async (plugin) => {
    const answer = await fetch(`/api/v1/plugins/${plugin}/launch`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"view":"agent"}' });
    return answer.json();
  };
  window.show = async (name, plugin, more) => {
    const launched = await launch(plugin);
    const frame = Object.assign(document.createElement("iframe"), { name, allow: launched.allow });
    frame.sandbox = launched.sandbox;
    // In view, as browsers let frames rest that are not, and beside the others.
    const stage = document.getElementById("stage") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "stage" }));
    stage.style = "position: fixed; inset: 0 auto auto 0; z-index: 1000; display: flex; flex-wrap: wrap";
    stage.append(frame);
    if (more) {
      shells[name] = attach(frame, { origin: launched.origin, theme: "dark", locale: "de-CH", ...more,
        onMessage: (type, value) => said.push([name, type, value]), onRefused: (reason) => refused.push([name, reason]) });
    }
    frame.src = launched.url;
    return launched;
  };
}

const program = `
const http = require("node:http"), crypto = require("node:crypto");
const server = http.createServer((req, res) => {
  let body = "";
  req.on("data", (part) => (body += part)).on("end", () => {
    res.setHeader("content-type", "application/json");
    res.end(JSON.stringify({ url: req.url, method: req.method, user: req.headers["x-appzone-user"], body }));
  });
});
server.on("upgrade", (req, socket) => {
  const key = crypto.createHash("sha1").update(req.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  const text = Buffer.from("hello on " + req.url);
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + key + "\\r\\n\\r\\n");
  socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
});
server.listen(9006);
`;

const liar = `<!doctype html><title>ready</title><script>parent.postMessage({ appzone: 1, type: "badge", value: 66 }, "*")</script>`;
const settings = { type: "object", properties: { queue: { type: "string", default: "sales" }, token: { type: "string", writeOnly: true } } };

// openShell starts a host with two plugins that listen, Desk (a program) and Other, and one that lies, and opens the console.
export async function openShell(t, env) {
  const browser = await openBrowser(t); // before the host, so that it ends before it: a host waits for connections
  const host = await startHost(t, env);
  const permissions = { desktop: ["screenPop", "call.*"] };
  await host.install(
    { name: "Desk", version: "1.2.3", description: "d", type: "script", parameters: { scriptName: "desk", scriptPath: "app.js", views: { agent: "pages/index.html" }, permissions, settings } },
    { "app.js": program, "pages/index.html": pageWith() },
  );
  await host.install({ name: "Other", version: "1.0.0", description: "o", type: "html", parameters: { views: { agent: "index.html" }, permissions } }, { "index.html": pageWith() });
  await host.install({ name: "Liar", version: "1.0.0", description: "l", type: "html", parameters: { views: { agent: "index.html" } } }, { "index.html": liar });
  const context = await browser.newContext();
  const [name, value] = (await host.session("admin", adminPassword)).split(/=(.*)/s);
  await context.addCookies([{ name, value, url: host.url, httpOnly: true, sameSite: "Strict" }]);
  const page = await context.newPage();
  page.said = [];
  page.on("console", (m) => page.said.push(m.text()));
  page.on("pageerror", (e) => page.said.push(String(e)));
  await page.goto(host.url);
  await page.evaluate(playShell);
  // show opens the page of a plugin in a frame of a name, and waits for it. Without more nobody answers it.
  const show = async (name, plugin, more = {}, title = "ready") => {
    const launched = await page.evaluate(([name, plugin, more]) => show(name, plugin, more), [name, plugin, more]);
    await eventually(async () => (await page.frame({ name })?.title().catch(() => "")) === title, `${name} is ready: ${page.said.join("\n")}`);
    return { launched, frame: page.frame({ name }) };
  };
  return { host, page, show };
}

export const modes = { "on its own origin": {}, "in a sandbox": { XC_PUBLIC_URL: "http://zone.test" } };
