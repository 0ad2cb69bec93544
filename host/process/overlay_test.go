package process_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/host/process"
)

// tree makes files below dir: name to text. A text "-> x" makes a link, a name with a slash at its end a folder.
func tree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		switch target, link := strings.CutPrefix(text, "-> "); {
		case strings.HasSuffix(name, "/"):
			require.NoError(t, os.MkdirAll(path, 0o700))
		case link:
			require.NoError(t, os.Symlink(target, path))
		default:
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		}
	}
}

// list names the files below dir with their text, without overlayfs's notes of what is deleted.
func list(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		name, _ := filepath.Rel(dir, path)
		switch e.Type() {
		case 0:
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			files[name] = string(text)
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			require.NoError(t, err)
			files[name] = "-> " + target
		}
		return nil
	}))
	return files
}

// overlay makes the four folders.
func overlay(t *testing.T, lower map[string]string) *process.Overlay {
	t.Helper()
	base := t.TempDir()
	openUp(t, base)
	v := &process.Overlay{Lower: filepath.Join(base, "lower: a,b\\c"), Upper: filepath.Join(base, "upper"), Work: filepath.Join(base, "work"), Target: filepath.Join(base, "app")}
	for _, dir := range []string{v.Lower, v.Upper, v.Work, v.Target} {
		require.NoError(t, os.Mkdir(dir, 0o700))
	}
	tree(t, v.Lower, lower)
	return v
}

// in runs a script in the overlay.
func in(t *testing.T, v *process.Overlay, script string) string {
	t.Helper()
	spec, out := shell("set -e\n" + script)
	spec.Dir, spec.Jail.Overlay = v.Target, v
	assert.Equal(t, 0, run(t, spec).Code, out.text())
	return out.text()
}

func TestOverlayKeepsWhatIsWrittenBesideTheCode(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		code := map[string]string{
			"main.js": "code", "config.json": "old", "lib/a.js": "a", "lib/data.txt": "data", "drop.txt": "drop",
			"node_modules/express/index.js": "express", "public/logo.svg": "logo",
		}
		v := overlay(t, code)
		in(t, v, `
			test "$(cat main.js config.json node_modules/express/index.js)" = codeoldexpress
			echo new > config.json; echo log >> app.log; echo more >> lib/data.txt
			mkdir -p var/cache; echo x > var/cache/x; ln -s config.json link; rm drop.txt
			mv lib/data.txt var/moved.txt`)
		assert.Equal(t, code, list(t, v.Lower), "the version's own files are as they were")

		assert.Equal(t, "new\nlog\nx\nnew\ndatamore\ncode", in(t, v, "cat config.json app.log var/cache/x link var/moved.txt; cat main.js")[:len("new\nlog\nx\nnew\ndatamore\ncode")])
		assert.Equal(t, "gone\n", in(t, v, "test -e drop.txt || echo gone"))
		assert.Equal(t, "gone\n", in(t, v, "test -e lib/data.txt || echo gone"))

		upper := list(t, v.Upper)
		assert.Equal(t, "new\n", upper["config.json"])
		assert.Equal(t, "log\n", upper["app.log"])
		assert.NotContains(t, upper, "main.js", "what was not changed is not kept")

		require.NoError(t, os.WriteFile(filepath.Join(v.Upper, "config.json"), []byte("edited"), 0o600))
		assert.Equal(t, "edited", strings.TrimSpace(in(t, v, "cat config.json; rm -f app.log var/cache/x")), "an administrator's edit shows at the next start")
		assert.Equal(t, "gone\n", in(t, v, "test -e app.log -o -e var/cache/x || echo gone"))
	})
}

// A9: a program that was taken over must not be what the next start runs.
func TestOverlayGivesTheCodeBackAtTheNextStart(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		v := overlay(t, map[string]string{"main.js": "code", "start": "code", "lib/a.js": "code"})
		evil := "echo evil > main.js; echo evil > start; rm lib/a.js; mkdir lib/a.js; echo evil > package.json; chmod 0 lib/a.js lib ."
		spec, out := shell("set -e\n" + evil)
		spec.Dir, spec.Jail.Overlay = v.Target, v
		assert.Equal(t, 0, run(t, spec).Code, out.text())
		spec, out = shell("cat $0 main.js lib/a.js; test ! -e package.json")
		spec.Args = append(spec.Args, v.Target+"/start")
		spec.Dir, spec.Jail.Overlay = v.Target, v
		assert.Equal(t, 0, run(t, spec).Code, out.text())
		assert.Equal(t, "codecodecode", strings.TrimSpace(out.text()))
	})
}

// What a crash of the host left in a copy is brought home at the next start, also by the kernel's overlay.
func TestCopiedOverlayComesHomeAfterACrash(t *testing.T) {
	all, copied := process.Machine(), process.Machine()
	copied.Overlay = false
	for name, next := range map[string]process.Capabilities{"copied again": copied, "mounted": all} {
		t.Run(name, func(t *testing.T) {
			v := overlay(t, map[string]string{"main.js": "code", "config.json": "old"})
			restore := process.Pretend(copied)
			spec, out := shell("echo new > config.json; echo evil > main.js; echo x > other.mjs; echo waiting; sleep 1000")
			spec.Dir, spec.Jail.Overlay = v.Target, v
			p := start(t, spec)
			out.await(t, "waiting")
			crashed := list(t, v.Target)
			record, err := os.ReadFile(filepath.Join(v.Work, "merged.json"))
			require.NoError(t, err)
			p.Kill()
			restore()
			// As it was in the moment of the crash:
			require.NoError(t, os.RemoveAll(v.Upper))
			require.NoError(t, os.Mkdir(v.Upper, 0o700))
			assert.Equal(t, map[string]string{"main.js": "evil\n", "config.json": "new\n", "other.mjs": "x\n"}, crashed)
			require.NoError(t, os.WriteFile(filepath.Join(v.Work, "merged.json"), record, 0o600))

			t.Cleanup(process.Pretend(next))
			assert.Equal(t, "new\ncode", strings.TrimSpace(in(t, v, "cat config.json main.js; test ! -e other.mjs")))
		})
	}
}

// Names are bytes to the kernel, and a plugin may have got them from anywhere.
func TestOverlayKeepsNamesThatAreNoText(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		v := overlay(t, map[string]string{"main.js": "code"})
		in(t, v, `d=$(printf 'caf\351'); mkdir -p "$d/$d"; echo kept > "$d/$d/$d"; echo evil > "$d/x.js"`)
		assert.Equal(t, "kept\n", in(t, v, `d=$(printf 'caf\351'); cat "$d/$d/$d"; test ! -e "$d/x.js"`))
	})
}

func TestCleanUpper(t *testing.T) {
	lower := map[string]string{
		"main.js": "x", "lib/util.js": "x", "bin/tool": "#!/usr/bin/env node\n", "bin/data": "x", "bin/start": "x", "config.json": "x", "public/a.txt": "x",
		"short.js": "x", "tables.json": "{}", "node_modules/a/index.js": "x",
	}
	tests := map[string]struct {
		upper   map[string]string
		removed []string
	}{
		"data stays":           {map[string]string{"config.json": "y", "logs/a.log": "y", "bin/data": "y", "db.sqlite": "y", "public/a.txt": "y", "data.json": "y", "link": "-> config.json"}, nil},
		"code by suffix":       {map[string]string{"main.js": "y", "a.mjs": "y", "b.cjs": "y", "c.node": "y", "d.wasm": "y", "e.ts": "y", "sub/f.JS": "y"}, []string{"a.mjs", "b.cjs", "c.node", "d.wasm", "e.ts", "main.js", "sub/f.JS"}},
		"code by name":         {map[string]string{"package.json": "y", "package-lock.json": "y", "manifest.json": "y", ".npmrc": "y", "sub/package.json": "y"}, []string{".npmrc", "manifest.json", "package-lock.json", "package.json", "sub/package.json"}},
		"dependencies":         {map[string]string{"node_modules/a/readme.txt": "y", "sub/node_modules/b/data.json": "y"}, []string{"node_modules", "sub/node_modules"}},
		"a link of modules":    {map[string]string{"node_modules": "-> /tmp"}, []string{"node_modules"}},
		"in place of folders":  {map[string]string{"lib": "-> /tmp", "bin": "y", "public": "-> /tmp"}, []string{"bin", "lib"}},
		"a program":            {map[string]string{"bin/tool": "y"}, []string{"bin/tool"}},
		"found before code":    {map[string]string{"short": "y", "tables": "y", "lib/util": "-> /tmp/x"}, []string{"lib/util", "short", "tables"}},
		"a link with a suffix": {map[string]string{"x.js": "-> /etc/hostname"}, []string{"x.js"}},
		"folders over code":    {map[string]string{"main.js/index.json": "y", "bin/tool/x": "y", "config.json/x": "y", "new.js/x": "y"}, []string{"bin/tool", "main.js"}},
		"what is named":        {map[string]string{"bin/start": "y"}, []string{"bin/start"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := overlay(t, lower)
			tree(t, v.Upper, test.upper)
			removed, err := process.CleanUpper(v.Upper, v.Lower, "bin/start")
			require.NoError(t, err)
			assert.Equal(t, test.removed, removed)
			again, err := process.CleanUpper(v.Upper, v.Lower, "bin/start")
			require.NoError(t, err)
			assert.Empty(t, again)
			assert.Equal(t, lower, list(t, v.Lower))
		})
	}
}

// Notes that something is deleted must not hide code either.
func TestCleanUpperRemovesNotesThatHideCode(t *testing.T) {
	if !process.Machine().Overlay {
		t.Skip("this kernel mounts no overlay")
	}
	v := overlay(t, map[string]string{"main.js": "x", "lib/a.js": "x", "lib/b.js": "x", "tmp/a.txt": "x"})
	in(t, v, "rm -r main.js lib/a.js tmp; rm -r lib; mkdir lib tmp; echo y > lib/note.txt")
	removed, err := process.CleanUpper(v.Upper, v.Lower)
	require.NoError(t, err)
	assert.Contains(t, removed, "main.js")
	assert.Equal(t, "x x x y\n", in(t, v, `echo "$(cat main.js) $(cat lib/a.js) $(cat lib/b.js) $(cat lib/note.txt)"; test ! -e tmp/a.txt`))
}

// F2, A5: what a plugin wrote must not keep the host busy.
func TestOverlayThatIsTooDeepIsRefused(t *testing.T) {
	v := overlay(t, nil)
	require.NoError(t, os.MkdirAll(filepath.Join(v.Upper, strings.Repeat("d/", 70)), 0o700))
	_, err := process.CleanUpper(v.Upper, v.Lower)
	assert.Equal(t, "overlay_too_large", fault.CodeOf(err))
}
