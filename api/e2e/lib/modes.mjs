// The four ways in which pages of plugins are kept apart from the console, each with a host and a browser for it.
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startHost, freePort, adminPassword } from "./appzone.mjs";
import { openBrowser } from "./browser.mjs";

// certificate makes one for these names that nobody trusts.
export async function certificate(t, ...names) {
  const dir = await mkdtemp(path.join(os.tmpdir(), "appzone-cert-"));
  const [cert, key] = [path.join(dir, "cert.pem"), path.join(dir, "key.pem")];
  await promisify(execFile)("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=zone.test", "-addext", `subjectAltName=${names.map((n) => `DNS:${n}`).join(",")}`, "-keyout", key, "-out", cert]);
  return { XC_TLS_CERT: cert, XC_TLS_KEY: key };
}

// ports finds a range of free ports.
async function ports(count) {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 30_000);
    const free = await Promise.all(Array.from({ length: count }, (_, n) => freePort(first + n).then(() => true, () => false)));
    if (free.every(Boolean)) return `${first}-${first + count - 1}`;
  }
}

export const modes = {
  "names below localhost": async () => ({}),
  "names below a domain": async (t, port) => ({ XC_PUBLIC_URL: `http://zone.test:${port}`, XC_APPS_DOMAIN: "apps.zone.test" }),
  "names below a domain of another site, with TLS": async (t, port) => ({ XC_PUBLIC_URL: `https://zone.test:${port}`, XC_APPS_DOMAIN: "apps.test", ...(await certificate(t, "zone.test", "*.apps.test", "localhost")) }),
  "ports": async (t, port) => ({ XC_PUBLIC_URL: `http://zone.test:${port}`, XC_APPS_PORTS: await ports(3) }),
  "ports with TLS": async (t, port) => ({ XC_PUBLIC_URL: `https://zone.test:${port}`, XC_APPS_PORTS: await ports(3), ...(await certificate(t, "zone.test", "localhost")) }),
  "a sandbox": async (t, port) => ({ XC_PUBLIC_URL: `http://zone.test:${port}` }),
};

// openConsole starts a host in a mode and a browser whose page is the console's, with the administrator's session.
export async function openConsole(t, mode) {
  const browser = await openBrowser(t, ["--host-resolver-rules=MAP *.test 127.0.0.1"]); // first, so that it ends first
  const port = await freePort();
  const env = await modes[mode](t, port);
  const host = await startHost(t, env, port);
  const url = env.XC_PUBLIC_URL ?? host.url;
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.said = [];
  page.on("console", (m) => page.said.push(m.text()));
  page.on("pageerror", (e) => page.said.push(String(e)));
  await page.goto(url + "/");
  await page.evaluate(async ([username, password]) => {
    const r = await fetch("/api/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password }) });
    if (r.status !== 204) throw new Error(`login: ${r.status} ${await r.text()}`);
  }, ["admin", adminPassword]);
  return { host, url, browser, context, page, mode };
}

// launch asks for a plugin's page, as the console does.
export function launch(page, id, view) {
  return page.evaluate(async ([id, view]) => {
    const r = await fetch(`/api/v1/plugins/${id}/launch`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(view ? { view } : {}) });
    if (!r.ok) throw new Error(`launch: ${r.status} ${await r.text()}`);
    return r.json();
  }, [id, view]);
}

// show launches a plugin's page in a frame of the console's page and returns the frame.
export async function show(page, id, view) {
  const launched = await launch(page, id, view);
  const element = await page.evaluateHandle(({ url, sandbox, allow }) => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", sandbox);
    frame.setAttribute("allow", allow);
    frame.width = 600;
    frame.height = 300;
    frame.src = url;
    // In view, as browsers let frames rest that are not, and beside the others.
    const stage = document.getElementById("stage") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "stage" }));
    stage.style = "position: fixed; inset: 0 auto auto 0; z-index: 1000; display: flex; flex-wrap: wrap";
    stage.append(frame);
    return new Promise((done) => frame.addEventListener("load", () => done(frame), { once: true }));
  }, launched);
  const frame = await element.contentFrame();
  return Object.assign(frame, { launched });
}
