package nodebridge_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/process"
	"appzone/nodebridge"
)

// attackProgram is what this binary does as a program that wants out of its jail, where there is one.
var attackProgram = func() int { return 1 }

func TestMain(m *testing.M) {
	process.Main(nodebridge.Entries())
	if os.Getenv("NODEBRIDGE_TEST_ATTACKER") != "" {
		os.Exit(attackProgram())
	}
	os.Exit(m.Run())
}

// staged lays out a version's code.
func staged(t *testing.T, entry string, files map[string]string) host.Staged {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "code"), files)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "prepared"), 0o700))
	m := &manifest.Manifest{Type: manifest.TypeScript}
	m.Parameters.ScriptName, m.Parameters.ScriptPath = "my-plugin", entry
	return host.Staged{Plugin: "my-plugin", Version: "1.0.0", Manifest: m, CodeDir: filepath.Join(dir, "code"), PreparedDir: filepath.Join(dir, "prepared")}
}

// progress records what a person would see.
type progress struct {
	mu       sync.Mutex
	percents []int
	lines    []string
}

func (p *progress) Percent(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.percents = append(p.percents, n)
}

func (p *progress) Output(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, line)
}

func (p *progress) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

func withRegistry(url string) func(*nodebridge.Options) {
	return func(o *nodebridge.Options) { o.NPMRegistry = url }
}

// prepare runs Prepare and shows its output when the test fails.
func prepare(t *testing.T, r *nodebridge.Runtime, s host.Staged) (*progress, error) {
	t.Helper()
	p := &progress{}
	err := r.Prepare(t.Context(), s, p)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("prepare: %v\n%s", err, p.text())
		}
	})
	left, _ := filepath.Glob(filepath.Join(s.PreparedDir, ".install*"))
	assert.Empty(t, left, "what npm needed is removed")
	return p, err
}

func TestTheDocumentedSampleNeedsNoPackageJSON(t *testing.T) {
	sample, err := os.ReadFile("testdata/programs/express.js")
	require.NoError(t, err)
	s := staged(t, "app/index.js", map[string]string{"manifest.json": "{}", "app/index.js": string(sample)})
	r := newRuntime(t)
	seen, err := r.Inspect(t.Context(), s)
	require.NoError(t, err)
	assert.Equal(t, []string{"express"}, seen.Dependencies)
	assert.Empty(t, seen.Findings)
	p, err := prepare(t, r, s)
	require.NoError(t, err)
	assert.Contains(t, p.text(), "fetched express-")
	assert.IsIncreasing(t, compact(p.percents))
	assert.Equal(t, 100, p.percents[len(p.percents)-1])
	assert.FileExists(t, filepath.Join(s.PreparedDir, "package.json"))
	assert.FileExists(t, filepath.Join(s.PreparedDir, "package-lock.json"))
	assert.FileExists(t, filepath.Join(s.PreparedDir, "app/manifest.json"))

	running := launch(t, r, s)
	status, body, err := running.try("/")
	require.NoError(t, err)
	assert.Equal(t, 404, status)
	assert.Contains(t, body, "Cannot GET /")
}

func compact(list []int) []int {
	var out []int
	for _, n := range list {
		if len(out) == 0 || out[len(out)-1] != n {
			out = append(out, n)
		}
	}
	return out
}

const useA = "require('http').createServer((q, s) => s.end(require('a') + '')).listen(9006)"

func TestPackagesAreInstalledWhereTheEntryFindsThem(t *testing.T) {
	reg := newRegistry(t)
	integrity := reg.publish(t, "a", map[string]any{"dependencies": map[string]any{"b": "^1.0.0"}}, map[string]string{"index.js": "module.exports = 'a+' + require('b')"})
	reg.publish(t, "b", nil, map[string]string{"index.js": "module.exports = 'b'"})
	reg.publish(t, "dev", nil, nil)
	lock := fmt.Sprintf(`{"name":"x","version":"1.0.0","lockfileVersion":3,"packages":{
		"":{"name":"x","dependencies":{"a":"^1.0.0"},"devDependencies":{"dev":"^1.0.0"}},
		"node_modules/a":{"version":"1.0.0","resolved":"http://elsewhere.example.org/a.tgz","integrity":%q,"dependencies":{"b":"^1.0.0"}},
		"node_modules/b":{"version":"1.0.0"},
		"node_modules/dev":{"version":"1.0.0","dev":true,"resolved":"git+ssh://git@example.org/dev.git"}}}`, integrity)
	const manifest = `{"name":"x","version":"1.0.0","dependencies":{"a":"^1.0.0"},"devDependencies":{"dev":"^1.0.0"},"scripts":{"postinstall":"touch /tmp/never"}}`
	tests := map[string]struct {
		entry string
		files map[string]string
		dir   string // where node_modules appears
	}{
		"package.json":                        {"index.js", map[string]string{"index.js": useA, "package.json": manifest}, "."},
		"package.json with a byte order mark": {"index.js", map[string]string{"index.js": useA, "package.json": "\ufeff" + manifest}, "."},
		"package.json above the entry":        {"app/index.js", map[string]string{"app/index.js": useA, "package.json": manifest}, "."},
		"package.json beside the entry":       {"app/index.js", map[string]string{"app/index.js": useA, "app/package.json": manifest, "package.json": `{}`}, "app"},
		"lock":                                {"index.js", map[string]string{"index.js": useA, "package.json": manifest, "package-lock.json": lock}, "."},
		"shrinkwrap":                          {"index.js", map[string]string{"index.js": useA, "package.json": manifest, "npm-shrinkwrap.json": lock}, "."},
		"neither":                             {"app/index.js", map[string]string{"app/index.js": useA}, "."},
		"package.json without dependencies":   {"index.mjs", map[string]string{"index.mjs": "import a from 'a'; import h from 'http'; h.createServer((q, s) => s.end(a)).listen(1)", "package.json": `{"type":"module"}`}, "."},
	}
	r := newRuntime(t, withRegistry(reg.URL))
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := staged(t, test.entry, test.files)
			_, err := prepare(t, r, s)
			require.NoError(t, err)
			assert.FileExists(t, filepath.Join(s.PreparedDir, "app", test.dir, "node_modules/a/index.js"))
			assert.NoDirExists(t, filepath.Join(s.PreparedDir, "app", test.dir, "node_modules/dev"))
			assert.Equal(t, "a+b", launch(t, r, s).get(t, "/"))
			for file := range test.files {
				code, err := os.Stat(filepath.Join(s.CodeDir, file))
				require.NoError(t, err)
				merged, err := os.Stat(filepath.Join(s.PreparedDir, "app", file))
				require.NoError(t, err)
				assert.True(t, os.SameFile(code, merged), "%s costs no space twice", file)
			}
		})
	}
}

func TestInstallIsRepeatedWithTheSameVersions(t *testing.T) {
	reg := newRegistry(t)
	reg.publish(t, "a", nil, map[string]string{"index.js": "module.exports = 'a'"})
	s := staged(t, "index.js", map[string]string{"index.js": useA})
	r := newRuntime(t, withRegistry(reg.URL))
	_, err := prepare(t, r, s)
	require.NoError(t, err)
	p, err := prepare(t, r, s)
	require.NoError(t, err)
	assert.Contains(t, p.text(), "npm ci")
	assert.FileExists(t, filepath.Join(s.PreparedDir, "app/node_modules/a/index.js"))
}

func TestNothingIsInstalledWhereNothingIsNeeded(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"node_modules in the zip": {"index.js": useA, "package.json": `{"dependencies":{"a":"git+ssh://x"}}`, "node_modules/a/index.js": "module.exports = 'own'"},
		"code without packages":   {"index.js": "require('http').createServer((q, s) => s.end('own')).listen(9006)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := staged(t, "index.js", files)
			r := newRuntime(t, withRegistry("http://127.0.0.1:1"))
			_, err := prepare(t, r, s)
			require.NoError(t, err)
			left, err := os.ReadDir(s.PreparedDir)
			require.NoError(t, err)
			assert.Empty(t, left)
			assert.Equal(t, "own", launch(t, r, s).get(t, "/"))
		})
	}
}

func TestInstallFailuresSayWhatToDo(t *testing.T) {
	reg := newRegistry(t)
	reg.publish(t, "a", nil, nil)
	reg.publish(t, "deep", map[string]any{"dependencies": map[string]any{"hidden": "git+file:///tmp/nothing"}}, nil)
	tests := map[string]struct {
		registry string
		manifest string
		lock     string
		kind     fault.Kind
		want     string
	}{
		"package that does not exist":    {reg.URL, `{"dependencies":{"@none/gone":"^1"}}`, "", fault.Invalid, `the package "@none/gone" does not exist`},
		"version that does not exist":    {reg.URL, `{"dependencies":{"a":"^7.0.0"}}`, "", fault.Invalid, `no version of the package fits "a@^7.0.0"`},
		"registry that does not answer":  {"http://127.0.0.1:1", `{"dependencies":{"a":"^1"}}`, "", fault.Unavailable, "or bundle node_modules in the zip"},
		"lock that does not fit":         {reg.URL, `{"dependencies":{"a":"^1"}}`, `{"lockfileVersion":3,"packages":{"":{}}}`, fault.Invalid, "the lock file does not fit package.json"},
		"lock with another content":      {reg.URL, `{"dependencies":{"a":"1.0.0"}}`, `{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0","integrity":"sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}}}`, fault.Invalid, "not what the lock file says"},
		"git address of a package's own": {reg.URL, `{"dependencies":{"deep":"1"}}`, "", fault.Invalid, "bundle node_modules in the zip"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"index.js": "", "package.json": test.manifest}
			if test.lock != "" {
				files["package-lock.json"] = test.lock
			}
			s := staged(t, "index.js", files)
			_, err := prepare(t, newRuntime(t, withRegistry(test.registry)), s)
			require.Error(t, err)
			f := fault.From(err)
			assert.Equal(t, "dependencies_failed", f.Code)
			assert.Equal(t, test.kind, f.Kind)
			assert.Contains(t, f.Message, test.want)
			assert.NoDirExists(t, filepath.Join(s.PreparedDir, "app"))
		})
	}
}

func TestWhatWasFetchedBeforeIsUsedWhenTheRegistryDoesNotAnswer(t *testing.T) {
	reg := newRegistry(t)
	reg.publish(t, "a", nil, nil)
	dir := t.TempDir()
	r := newRuntime(t, withRegistry(reg.URL), func(o *nodebridge.Options) { o.Dir = dir })
	files := map[string]string{"index.js": "", "package.json": `{"dependencies":{"a":"^1"}}`}
	_, err := prepare(t, r, staged(t, "index.js", files))
	require.NoError(t, err)
	reg.Close()
	_, err = prepare(t, r, staged(t, "index.js", files))
	require.NoError(t, err)
}

// evil is a program that leaves a trace when it is run.
func evil(t *testing.T, files map[string]string) (trace string) {
	trace = filepath.Join(t.TempDir(), "ran")
	files["evil.sh"] = "#!/bin/sh\ntouch " + trace + "\nexit 1\n"
	return trace
}

// A zip's .npmrc can name a program that npm runs in spite of --ignore-scripts.
func TestSettingsOfNPMInTheZipAreIgnored(t *testing.T) {
	for _, granted := range []bool{false, true} {
		t.Run(fmt.Sprintf("granted %v", granted), func(t *testing.T) {
			files := map[string]string{"index.js": "", "package.json": `{"dependencies":{"x":"git+https://127.0.0.1:1/x.git"}}`}
			trace := evil(t, files)
			s := staged(t, "index.js", files)
			require.NoError(t, os.Chmod(filepath.Join(s.CodeDir, "evil.sh"), 0o755))
			write(t, s.CodeDir, map[string]string{".npmrc": "git=" + filepath.Join(s.CodeDir, "evil.sh") + "\nscript-shell=" + filepath.Join(s.CodeDir, "evil.sh")})
			s.InstallScripts = granted
			r := newRuntime(t, withRegistry("http://127.0.0.1:1"))
			_, err := prepare(t, r, s)
			want := map[bool]string{false: "dependency_refused", true: "dependencies_failed"}[granted]
			assert.Equal(t, want, fault.CodeOf(err))
			assert.NoFileExists(t, trace)
			seen, err := r.Inspect(t.Context(), s)
			require.NoError(t, err)
			assert.Contains(t, codes(seen), "npmrc_ignored")
			assert.Contains(t, codes(seen), "dependency_refused")
		})
	}
}

func TestInstallScriptsRunOnlyWhenGranted(t *testing.T) {
	reg := newRegistry(t)
	reg.publish(t, "a", map[string]any{"scripts": map[string]any{"postinstall": "node -e \"require('fs').writeFileSync('made', process.env.HOME)\""}}, map[string]string{"index.js": ""})
	for _, granted := range []bool{false, true} {
		t.Run(fmt.Sprintf("granted %v", granted), func(t *testing.T) {
			s := staged(t, "index.js", map[string]string{"index.js": "", "package.json": `{"dependencies":{"a":"1","local":"file:./local"}}`, "local/package.json": `{"name":"local","version":"1.0.0"}`, "local/index.js": ""})
			if !granted {
				write(t, s.CodeDir, map[string]string{"package.json": `{"dependencies":{"a":"1"}}`})
			}
			s.InstallScripts = granted
			r := newRuntime(t, withRegistry(reg.URL))
			_, err := prepare(t, r, s)
			require.NoError(t, err)
			made := filepath.Join(s.PreparedDir, "app/node_modules/a/made")
			if !granted {
				assert.NoFileExists(t, made)
				return
			}
			home, err := os.ReadFile(made)
			require.NoError(t, err)
			assert.Contains(t, string(home), s.PreparedDir, "the home of scripts is private")
			assert.FileExists(t, filepath.Join(s.PreparedDir, "app/node_modules/local/index.js"))
		})
	}
}

func TestDependenciesThatAreNotOfTheRegistryAreRefused(t *testing.T) {
	lock := func(entry string) string {
		return `{"lockfileVersion":3,"packages":{"":{},` + entry + `}}`
	}
	tests := map[string]map[string]string{
		"git":               {"package.json": `{"dependencies":{"a":"git+ssh://git@example.org/a.git"}}`},
		"git short":         {"package.json": `{"dependencies":{"a":"someone/a"}}`},
		"git host":          {"package.json": `{"dependencies":{"a":"github:someone/a#main"}}`},
		"address":           {"package.json": `{"dependencies":{"a":"https://example.org/a.tgz"}}`},
		"file":              {"package.json": `{"dependencies":{"a":"file:../../etc"}}`},
		"path":              {"package.json": `{"dependencies":{"a":"../a"}}`},
		"home":              {"package.json": `{"dependencies":{"a":"~/a"}}`},
		"archive":           {"package.json": `{"dependencies":{"a":"a.tgz"}}`},
		"folder":            {"package.json": `{"dependencies":{"a":".."}}`},
		"link":              {"package.json": `{"dependencies":{"a":"link:./a"}}`},
		"workspace":         {"package.json": `{"dependencies":{"a":"workspace:*"}}`},
		"alias of a path":   {"package.json": `{"dependencies":{"a":"npm:../a@1"}}`},
		"optional":          {"package.json": `{"optionalDependencies":{"a":"git://example.org/a"}}`},
		"peer":              {"package.json": `{"peerDependencies":{"a":"git://example.org/a"}}`},
		"override":          {"package.json": `{"dependencies":{"a":"1"},"overrides":{"b":{"c":"git://example.org/a"}}}`},
		"name that climbs":  {"package.json": `{"dependencies":{"../../a":"1"}}`},
		"name like a flag":  {"package.json": `{"dependencies":{"--git=x":"1"}}`},
		"lock with git":     {"package.json": `{"dependencies":{"a":"1"}}`, "package-lock.json": lock(`"node_modules/a":{"version":"1.0.0","resolved":"git+ssh://git@example.org/a.git#abc"}`)},
		"lock with a file":  {"package.json": `{"dependencies":{"a":"1"}}`, "package-lock.json": lock(`"node_modules/a":{"version":"1.0.0","resolved":"file:../../a.tgz"}`)},
		"lock with a link":  {"package.json": `{"dependencies":{"a":"1"}}`, "package-lock.json": lock(`"node_modules/a":{"resolved":"../..","link":true}`)},
		"lock that climbs":  {"package.json": `{"dependencies":{"a":"1"}}`, "package-lock.json": lock(`"node_modules/../../a":{"version":"1.0.0"}`)},
		"old lock with git": {"package.json": `{"dependencies":{"a":"1"}}`, "package-lock.json": `{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"git+ssh://git@example.org/b.git#1"}}}}}`},
	}
	r := newRuntime(t, withRegistry("http://127.0.0.1:1"))
	for name, files := range tests {
		t.Run(name, func(t *testing.T) {
			files["index.js"] = ""
			s := staged(t, "index.js", files)
			_, err := prepare(t, r, s)
			assert.Equal(t, "dependency_refused", fault.CodeOf(err))
			seen, err := r.Inspect(t.Context(), s)
			require.NoError(t, err)
			assert.Contains(t, codes(seen), "dependency_refused")
		})
	}
}

func TestInstallEndsWithItsContext(t *testing.T) {
	hang := make(chan struct{})
	asked := make(chan struct{}, 16)
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-hang
	}))
	defer silent.Close()
	defer close(hang)
	files := map[string]string{"index.js": "", "package.json": `{"dependencies":{"a":"1"}}`}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		err := newRuntime(t, withRegistry(silent.URL)).Prepare(ctx, staged(t, "index.js", files), &progress{})
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("too slow", func(t *testing.T) {
		r := newRuntime(t, withRegistry(silent.URL), func(o *nodebridge.Options) { o.InstallTimeout = 3 * time.Second })
		_, err := prepare(t, r, staged(t, "index.js", files))
		assert.Equal(t, "dependencies_failed", fault.CodeOf(err))
		assert.ErrorContains(t, err, "not installed within 3s")
	})
}

func codes(i host.Inspection) []string {
	var list []string
	for _, f := range i.Findings {
		list = append(list, f.Code)
	}
	return list
}
