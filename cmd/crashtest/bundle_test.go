package crashtest_test

import (
	"archive/zip"
	"bytes"
	"fmt"
)

// The versions that are special for scripts: one starts beside the one before, on the same data; one writes and does not start.
const overlapping, spoilt = "2.0.0", "3.0.0"

var pluginVersions = []string{"1.0.0", "1.1.0", "1.2.0", overlapping, spoilt}

// spoiltBit is that of the last version.
const spoiltBit = 1 << 4

const nodeProgram = `const fs = require('fs'), data = process.env.APPZONE_DATA_DIR + '/note', version = %q;
const read = (path) => { try { return fs.readFileSync(path, 'utf8') } catch { return '' } };
const settings = JSON.parse(read(process.env.APPZONE_SETTINGS_FILE)), notes = read(__dirname + '/notes.txt');
require('http').createServer(async (q, a) => {
  if (q.method === 'POST') {
    let text = '';
    for await (const piece of q) text += piece;
    fs.writeFileSync(data + '.new', JSON.parse(text));
    fs.renameSync(data + '.new', data);
  }
  a.end(JSON.stringify({ version, settings, notes, data: read(data) }));
}).listen(9006);`

const nodeSpoilt = `const fs = require('fs');
fs.writeFileSync(process.env.APPZONE_DATA_DIR + '/note', 'of version %[1]s');
fs.writeFileSync(__dirname + '/notes.txt', 'of version %[1]s');
process.exit(3);`

const wasmProgram = `export default { async fetch(request, env) {
  if (request.method === "POST") await env.storage.put("note", JSON.parse(await request.text()));
  const data = (await env.storage.get("note")) ?? "";
  return new Response(JSON.stringify({ version: %q, settings: env.settings, notes: "", data }));
} };`

const wasmSpoilt = `await appzone.storage.put("note", %[1]q);
throw new Error("version " + %[1]q + " does not start");
export default {};`

// pluginFiles are the files of a version.
func pluginFiles(kind, id, version string) []file {
	upgrade, node, wasm := "replace", nodeProgram, wasmProgram
	switch version {
	case overlapping:
		upgrade = "overlap"
	case spoilt:
		node, wasm = nodeSpoilt, wasmSpoilt
	}
	manifest := func(rest string) file {
		return file{"manifest.json", fmt.Sprintf(`{"name":%q,"version":%q,"description":"as it was packed",%s,
			"settings":{"type":"object","properties":{"plain":{"type":"string"},"secret":{"type":"string","writeOnly":true}}}}}`, id, version, rest)}
	}
	switch kind {
	case kindHTML:
		return []file{manifest(`"type":"html","parameters":{"views":{"admin":"index.html"}`),
			{"index.html", "<!doctype html><p>" + id + " " + version}, {"a/shared.txt", "the same in every version"},
			{"a/large.txt", string(bytes.Repeat([]byte(version+"\n"), 20_000))}}
	case kindNode:
		return []file{manifest(`"type":"script","parameters":{"scriptName":"s","scriptPath":"index.js","permissions":{},"upgrade":"` + upgrade + `"`),
			{"index.js", fmt.Sprintf(node, version)}}
	default:
		return []file{manifest(`"type":"script","parameters":{"scriptName":"s","runtime":"wasm","wasmPath":"index.js","permissions":{},"upgrade":"` + upgrade + `"`),
			{"index.js", fmt.Sprintf(wasm, version)}}
	}
}

type file struct{ path, text string }

// pack makes the same bytes of the same files.
func pack(files []file) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		must(must(w.Create(f.path)).Write([]byte(f.text)))
	}
	must(0, w.Close())
	return out.Bytes()
}
