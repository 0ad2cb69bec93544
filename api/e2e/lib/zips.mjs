// Zips of plugins, as an administrator has them on the desk.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const binary = fileURLToPath(new URL("../../../bin/appzone", import.meta.url));

// zipOf packs a plugin; files maps paths to text, and manifest becomes manifest.json.
export async function zipOf(host, manifest, files = {}) {
  const dir = await mkdtemp(path.join(host.dir, "zip-"));
  for (const [name, text] of Object.entries({ ...files, "manifest.json": JSON.stringify(manifest) })) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), text);
  }
  await promisify(execFile)(binary, ["pack", dir, "--file", `${dir}.zip`]);
  return readFile(`${dir}.zip`);
}

// uploadOnly uploads a plugin without installing it, and returns its id.
export const uploadOnly = async (host, manifest, files, query = "") =>
  (await host.call("POST", `/plugins${query}`, await zipOf(host, manifest, files))).id;
