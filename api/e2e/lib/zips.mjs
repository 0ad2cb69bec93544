// Zips of plugins, as an administrator has them on the desk.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const binary = fileURLToPath(new URL("../../../bin/appzone", import.meta.url));
const run = promisify(execFile);

// zipOf packs a plugin; files maps paths to text, and manifest becomes manifest.json. key is the file of a secret key that signs it.
export async function zipOf(host, manifest, files = {}, key) {
  const dir = await mkdtemp(path.join(host.dir, "zip-"));
  for (const [name, text] of Object.entries({ ...files, "manifest.json": JSON.stringify(manifest) })) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), text);
  }
  await run(binary, ["pack", dir, "--file", `${dir}.zip`]);
  if (key) await run(binary, ["sign", `${dir}.zip`, "--key", key]);
  return readFile(`${dir}.zip`);
}

// uploadOnly uploads a plugin without installing it, and returns its id.
export const uploadOnly = async (host, manifest, files, key) => (await host.call("POST", "/plugins", await zipOf(host, manifest, files, key))).id;

// installUploaded installs what was uploaded with what it asks for.
export async function installUploaded(host, id, start = true) {
  await host.call("GET", `/plugins/${id}/plan`);
  await host.call("POST", `/plugins/${id}/install?wait=true&timeoutSeconds=60`, { grants: "requested", start }, { token: host.token, ifMatch: host.etag });
}

// newKey makes a pair of keys and returns the file of the secret one.
export async function newKey(host) {
  const file = path.join(host.dir, "publisher.key");
  await run(binary, ["keygen", "--file", file, "--no-password"]);
  return file;
}
