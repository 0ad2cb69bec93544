package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The settings of both programs. Their names are what would do harm in an environment (B8).
const secretSchema = `"settings":{"type":"object","additionalProperties":false,"properties":{
	"NODE_OPTIONS":{"type":"string","writeOnly":true},"LD_PRELOAD":{"type":"string","writeOnly":true},"PATH":{"type":"string","pattern":"^/"},
	"token":{"type":"string","minLength":8,"maxLength":200,"writeOnly":true}}}`

// The Node program tells a hash of its secret, ends badly when asked, and looks for what is not its own.
const secretProgram = `
const fs = require('fs'), http = require('http'), { createHash } = require('crypto');
const read = () => JSON.parse(fs.readFileSync(process.env.APPZONE_SETTINGS_FILE));
const list = (dir) => { try { return fs.readdirSync(dir).map((n) => dir + '/' + n); } catch (e) { return []; } };
const text = (file) => { try { return fs.readFileSync(file, 'latin1'); } catch (e) { return ''; } };
http.createServer((q, a) => {
  const url = new URL(q.url, 'http://x');
  if (url.pathname === '/hash') return a.end(createHash('sha256').update(read().token).digest('hex'));
  if (url.pathname === '/crash') throw new Error('on purpose');
  if (url.pathname === '/spy') {
    const shared = list('/dev/shm').flatMap(list).concat(list('/dev/shm').flatMap(list).flatMap(list));
    const about = list('/proc').filter((p) => /\d$/.test(p)).flatMap((p) => [text(p + '/environ'), text(p + '/cmdline')]);
    const other = url.searchParams.get('file');
    return a.end(JSON.stringify({ shared, other: text(other) !== '', about: Buffer.from(about.join('\n'), 'latin1').toString('base64') }));
  }
  a.end('hello');
}).listen(9006);`

func secretPlugin(t *testing.T, name string) string {
	t.Helper()
	return folder(t, map[string]string{
		"manifest.json": `{"name":"` + name + `","version":"1.0.0","description":"keeps a secret","type":"script","parameters":{"scriptName":"` + strings.ToLower(name) +
			`","scriptPath":"app.js","permissions":{},` + secretSchema + `}}`,
		"app.js": secretProgram,
	})
}

// secretGuest is a plugin of the conformance suite's guest, which shows its settings.
func secretGuest(t *testing.T, name string) string {
	t.Helper()
	module := filepath.Join(t.TempDir(), "plugin.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s", "-o", module, "../../sandbox/testdata/conformance")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	code, err := os.ReadFile(module)
	require.NoError(t, err)
	return folder(t, map[string]string{
		"manifest.json": `{"name":"` + name + `","version":"1.0.0","description":"keeps a secret","type":"script","parameters":{"scriptName":"` + strings.ToLower(name) +
			`","runtime":"wasm","wasmPath":"plugin.wasm","settingsChange":"signal",` + secretSchema + `}}`,
		"plugin.wasm": string(code), "behaviour": "serve",
	})
}

// vault is a host whose programs have secrets.
type vault struct {
	*binary
	env []string
	// all is what is looked for; ours is the secret of one program, theirs that of the others, refused was never taken.
	all                   []planted
	ours, theirs, refused planted
	// seen are texts that were answered or logged, by where.
	seen map[string]string
}

func newVault(t *testing.T) *vault {
	t.Helper()
	v := &vault{ours: plant("ours"), theirs: plant("theirs"), refused: plant("refused"), seen: map[string]string{}}
	key := plant("key")
	v.all = []planted{v.ours, v.theirs, v.refused, key}
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(key.text, "\n", "")+"\n"), 0o600))
	v.env = []string{"XC_SECRET_KEY_FILE=" + file, "XC_LOG_LEVEL=debug"}
	v.binary = serve(t, filepath.Join(t.TempDir(), "data"), v.env...)
	v.first()
	for _, dir := range []string{secretPlugin(t, "Keeper"), secretPlugin(t, "Spy"), secretGuest(t, "Guest")} {
		v.cli("plugin", "install", dir, "--grant", "requested")
	}
	return v
}

// set gives a program its secret, also under names that would do harm in an environment.
func (v *vault) set(id string, p planted) {
	v.t.Helper()
	body, err := json.Marshal(map[string]string{"token": p.text, "NODE_OPTIONS": "--require /tmp/x\nPATH=" + p.text, "LD_PRELOAD": p.text, "PATH": "/nowhere"})
	require.NoError(v.t, err)
	status, text := v.put(id, string(body), nil)
	require.Equal(v.t, 200, status, text)
	v.seen[fmt.Sprintf("settings %d of %s", len(v.seen), id)] = text
}

// refuse sends settings that are wrong in every way.
func (v *vault) refuse() {
	v.t.Helper()
	quoted, err := json.Marshal(v.refused.text)
	require.NoError(v.t, err)
	text, inside := string(quoted), strings.Trim(string(quoted), `"`)
	for name, body := range map[string]string{
		"wrong type":        `{"token":[` + text + `]}`,
		"too short":         `{"token":"x","LD_PRELOAD":` + text + `}`,
		"too long":          `{"token":"` + strings.Repeat(inside, 20) + `"}`,
		"no such setting":   `{"tokn":` + text + `}`,
		"plain and wrong":   `{"PATH":` + text + `}`,
		"not JSON":          `{"token":` + text,
		"broken inside":     `{"token":"` + v.refused.text + `"}`,
		"twice":             `{"token":` + text + `,"token":` + text + `}`,
		"not an object":     text,
		"too large":         `{"token":"` + strings.Repeat(inside, 3000) + `"}`,
		"too huge a number": `{"token":` + text + `,"PATH":1e999999}`,
	} {
		status, answer := v.put("keeper", body, nil)
		assert.GreaterOrEqual(v.t, status, 400, name)
		v.seen["refused: "+name] = answer
	}
	status, answer := v.put("keeper", `{"token":`+text+`}`, map[string]string{"If-Match": `"7777"`})
	assert.Equal(v.t, 412, status)
	v.seen["refused: another revision"] = answer
}

// credentials are used and tried: what they are must not be in the trail, the events or the log (H8).
func (v *vault) credentials() {
	v.t.Helper()
	wrong, first := plant("password"), strings.TrimSpace(readFile(v.t, filepath.Join(v.data, passwordFile)))
	res := v.send("POST", "session", "", map[string]string{"username": "admin", "password": wrong.text})
	require.Equal(v.t, 401, res.StatusCode)
	_ = res.Body.Close()
	res = v.send("POST", "session", "", map[string]string{"username": "admin", "password": first})
	require.Equal(v.t, 204, res.StatusCode)
	_ = res.Body.Close()
	cookie := res.Cookies()[0]
	res = v.send("POST", "tokens", cookie.Name+"="+cookie.Value, map[string]any{"name": "planted", "scopes": []string{"*"}})
	require.Equal(v.t, 201, res.StatusCode)
	defer res.Body.Close()
	var made struct{ Token string }
	require.NoError(v.t, json.NewDecoder(res.Body).Decode(&made))
	require.NotEmpty(v.t, made.Token)
	v.all = append(v.all, wrong, known(cookie.Value), known(made.Token))
	v.secondFactor(cookie.Name+"="+cookie.Value, first)
}

// secondFactor turns it on: neither its secret nor the codes that stand for it may show.
func (v *vault) secondFactor(cookie, password string) {
	v.t.Helper()
	var begun struct{ Secret string }
	res := v.send("POST", "me/totp", cookie, map[string]string{"password": password})
	defer res.Body.Close()
	require.NoError(v.t, json.NewDecoder(res.Body).Decode(&begun))
	code, err := totp.GenerateCode(begun.Secret, time.Now())
	require.NoError(v.t, err)
	var on struct{ RecoveryCodes []string }
	confirmed := v.send("PUT", "me/totp", cookie, map[string]string{"code": code})
	defer confirmed.Body.Close()
	require.NoError(v.t, json.NewDecoder(confirmed.Body).Decode(&on))
	require.NotEmpty(v.t, on.RecoveryCodes)
	v.all = append(v.all, known(begun.Secret))
	for _, one := range on.RecoveryCodes {
		v.all = append(v.all, known(one))
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// reads holds the keeper's answer to its secret.
func (v *vault) reads() {
	v.t.Helper()
	sum := sha256.Sum256([]byte(v.ours.text))
	_, text := v.fetch("/apps/keeper/hash", nil)
	assert.Equal(v.t, hex.EncodeToString(sum[:]), text, "its program reads it")
}

// holders are the files that hold a secret; nothing else may.
func (v *vault) holders() []string {
	v.t.Helper()
	for path, text := range v.everything("keeper", "spy", "guest") {
		v.seen[path] = text
	}
	v.seen["log of the host"] = v.text()
	_, v.seen["audit trail"] = v.fetch("/api/v1/audit?format=ndjson", nil)
	for _, kind := range []string{"plugin.settings", "plugin.installed", "session.opened", "session.refused", "token.created", "totp.enabled"} {
		assert.Contains(v.t, v.seen["audit trail"], `"kind":"`+kind+`"`)
	}
	return nowhere(v.t, v.all, v.seen, v.data, "/dev/shm")
}

// H8, B8: a secret is where its program reads it, while it runs, and nowhere else.
func TestAPlantedSecretIsInItsProgramsSettingsFileAlone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is neither /proc nor a tmpfs to look at")
	}
	v := newVault(t)
	v.set("keeper", v.ours)
	v.set("keeper", v.ours)
	v.set("guest", v.theirs)
	v.set("spy", v.theirs)
	v.refuse()
	v.credentials()
	for _, id := range []string{"keeper", "spy", "guest"} {
		v.cli("plugin", "start", id)
	}
	v.reads()
	_, text := v.fetch("/apps/guest/settings", nil)
	assert.NotEmpty(t, v.theirs.in([]byte(text)), "and so does a guest")
	pid := v.plugin("keeper").PID
	v.fetch("/apps/keeper/crash", nil)
	v.runs("keeper", pid)

	holders := v.holders()
	require.Len(t, holders, 3, "the settings file of each program that runs")
	for _, file := range holders {
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o400), info.Mode(), file)
		assert.Equal(t, "settings.json", filepath.Base(file))
		assert.True(t, strings.HasPrefix(file, "/dev/shm/appzone-"), "%s is on a disk", file)
	}
	assert.Contains(t, v.seen["/api/v1/system"], `"memory":true`)
	v.spy(holders)
	v.signalled()

	// After kill -9 the files are there until the next boot, and not one moment longer.
	require.NoError(t, v.cmd.Process.Kill())
	v.ends()
	v.binary = serve(t, v.data, v.env...)
	assert.Empty(t, v.holders(), "after a crash and a boot")
	v.cli("plugin", "start", "keeper")
	v.reads()
	require.Len(t, v.holders(), 1)
	v.terminate()
	assert.Empty(t, nowhere(t, v.all, map[string]string{"log": v.text()}, v.data, "/dev/shm"), "after the end")
}

// spy lets one program look for what another one has.
func (v *vault) spy(holders []string) {
	v.t.Helper()
	at := slices.IndexFunc(holders, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && v.ours.in(text) != ""
	})
	require.GreaterOrEqual(v.t, at, 0)
	spied := struct {
		Shared []string
		Other  bool
		About  []byte
	}{}
	_, text := v.fetch("/apps/spy/spy?file="+holders[at], nil)
	require.NoError(v.t, json.Unmarshal([]byte(text), &spied), text)
	assert.False(v.t, spied.Other, "another program's settings are out of reach")
	assert.NotContains(v.t, spied.Shared, holders[at], "nor can they be listed")
	for _, p := range v.all {
		assert.Empty(v.t, p.in(spied.About), "what it sees of processes")
	}
}

// signalled: a change that is delivered by a signal leaves no second copy.
func (v *vault) signalled() {
	v.t.Helper()
	fresh := plant("fresh")
	v.all = append(v.all, fresh)
	v.set("guest", fresh)
	_, text := v.fetch("/apps/guest/settings", nil)
	assert.NotEmpty(v.t, fresh.in([]byte(text)))
	require.Len(v.t, nowhere(v.t, []planted{fresh}, nil, v.data, "/dev/shm"), 1)
}
