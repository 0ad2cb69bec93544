// The built host on a port and a data folder of its own, and a client of its REST interface.
import { spawn, execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile, readFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const binary = fileURLToPath(new URL("../../../bin/appzone", import.meta.url));
export const adminPassword = "only for the test";

export async function freePort(wanted = 0) {
  const server = net.createServer();
  await new Promise((done, fail) => server.once("error", fail).listen(wanted, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// startHost starts `appzone serve`. env adds variables, and takes away those that are undefined; t is the test that it ends with. Without a
// password there is no token: the first one is in the data folder.
export async function startHost(t, env = {}, port) {
  const dir = await mkdtemp(path.join(os.tmpdir(), "appzone-e2e-"));
  port ??= await freePort();
  const scheme = env.XC_TLS_CERT ? "https" : "http";
  if (env.XC_TLS_CERT) process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // a certificate of the test's own
  const host = new Host(`${scheme}://localhost:${port}`, port, dir);
  host.env = { PATH: process.env.PATH, HOME: dir, XC_ADDR: `localhost:${port}`, XC_DATA_DIR: path.join(dir, "data"), XC_ADMIN_PASSWORD: adminPassword, XC_LOG_FORMAT: "text", ...env };
  t.after(async () => {
    await host.end("SIGTERM");
    await rm(dir, { recursive: true, force: true });
  });
  await host.start();
  if (host.env.XC_ADMIN_PASSWORD) await host.login();
  return host;
}

export class Host {
  constructor(url, port, dir) {
    Object.assign(this, { url, port, dir, said: "" });
  }

  // log is the end of what the host has written.
  log() {
    return this.said;
  }

  // start starts the host, also again after end, and waits until it is ready.
  async start() {
    const child = spawn(binary, ["serve"], { cwd: this.dir, stdio: ["ignore", "ignore", "pipe"], env: this.env });
    this.child = child;
    this.ended = new Promise((done) => child.once("exit", done));
    child.stderr.on("data", (text) => (this.said = (this.said + text).slice(-100_000)));
    const ready = this.url.replace("localhost", "127.0.0.1") + "/readyz";
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null || tries === 300) throw new Error(`the host did not start:\n${this.said}`);
      if (await fetch(ready).then((r) => r.ok, () => false)) break;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  // end sends the host a signal and waits for its end.
  async end(signal) {
    this.child.kill(signal);
    await this.ended;
  }

  // login makes a token of the administrator for call.
  async login() {
    const session = await this.session("admin", adminPassword);
    this.token = (await this.call("POST", "/tokens", { name: "Deployments", scopes: ["*"] }, { cookie: session })).token;
  }

  // session logs in and returns the Cookie header of the session.
  async session(username, password) {
    const r = await fetch(`${this.url}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password }) });
    if (r.status !== 204) throw new Error(`login of ${username}: ${r.status} ${await r.text()}`);
    return r.headers.getSetCookie()[0].split(";")[0];
  }

  // call is one request to /api/v1 that must succeed; as overrides the credentials: {cookie} or {token}.
  async call(method, route, body, as = { token: this.token }) {
    const headers = as.cookie ? { cookie: as.cookie } : { authorization: `Bearer ${as.token}` };
    if (as.ifMatch) headers["if-match"] = as.ifMatch;
    let payload = body;
    if (Buffer.isBuffer(body)) headers["content-type"] = "application/zip";
    else if (body !== undefined) {
      headers["content-type"] = "application/json";
      payload = JSON.stringify(body);
    }
    const r = await fetch(`${this.url}/api/v1${route}`, { method, headers, body: payload });
    const text = await r.text();
    if (!r.ok) throw new Error(`${method} ${route}: ${r.status} ${text}`);
    this.etag = r.headers.get("etag");
    return text ? JSON.parse(text) : undefined;
  }

  // install packs the files of a plugin, uploads it and installs it with what it asks for. files maps paths to text; manifest
  // becomes manifest.json.
  async install(manifest, files = {}, { start = true } = {}) {
    return this.installZip(await this.pack(manifest, files), { start });
  }

  // upload is install without the installation.
  async upload(manifest, files = {}) {
    return this.call("POST", "/plugins", await this.pack(manifest, files));
  }

  // pack makes the zip of a plugin.
  async pack(manifest, files = {}) {
    const dir = await mkdtemp(path.join(this.dir, "plugin-"));
    for (const [name, text] of Object.entries({ ...files, "manifest.json": JSON.stringify(manifest) })) {
      await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
      await writeFile(path.join(dir, name), text);
    }
    return this.packFolder(dir);
  }

  // keygen makes a publisher's key: its file, and the public part as text.
  async keygen(name) {
    const file = path.join(this.dir, `${name}.key`);
    await promisify(execFile)(binary, ["keygen", "--no-password", "--file", file]);
    return { file, publicKey: await readFile(file.replace(/key$/, "pub"), "utf8") };
  }

  // sign signs a plugin's zip with the key of the file.
  async sign(zip, file) {
    const name = path.join(await mkdtemp(path.join(this.dir, "sign-")), "plugin.zip");
    await writeFile(name, zip);
    await promisify(execFile)(binary, ["sign", name, "--key", file]);
    return readFile(name);
  }

  async packFolder(dir) {
    const zip = `${path.join(this.dir, path.basename(dir))}.zip`;
    await promisify(execFile)(binary, ["pack", dir, "--file", zip]);
    return readFile(zip);
  }

  // installFolder is install of a folder that has its manifest.json.
  async installFolder(dir, { start = true } = {}) {
    return this.installZip(await this.packFolder(dir), { start });
  }

  async installZip(zip, { start = true } = {}) {
    const { id } = await this.call("POST", "/plugins", zip);
    await this.call("GET", `/plugins/${id}/plan`);
    await this.call("POST", `/plugins/${id}/install?wait=true&timeoutSeconds=100`, { grants: "requested", start }, { token: this.token, ifMatch: this.etag });
    return id;
  }
}
