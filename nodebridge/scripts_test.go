package nodebridge_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// A4, F3: what install scripts leave for the host, which goes on with it outside of any wall, leads nowhere else.
func TestInstallScriptsLeadTheHostNowhere(t *testing.T) {
	tests := map[string]struct{ script, code string }{
		"a link where the code is merged":       {`fs.symlinkSync(out, top + "/app")`, ""},
		"a folder where the code is merged":     {`fs.mkdirSync(top + "/app/node_modules/b", {recursive: true})`, ""},
		"a link in the project's place":         {`fs.renameSync(top + "/project", top + "/moved"); fs.symlinkSync(out, top + "/project")`, "dependencies_failed"},
		"a file in the project's place":         {`fs.renameSync(top + "/project", top + "/moved"); fs.writeFileSync(top + "/project", "")`, "dependencies_failed"},
		"a link in the place of the packages":   {`fs.rmSync(top + "/project/node_modules", {recursive: true}); fs.symlinkSync(out, top + "/project/node_modules")`, "dependencies_failed"},
		"a link in the place of package.json":   {`fs.rmSync(top + "/project/package.json"); fs.symlinkSync(out + "/package.json", top + "/project/package.json")`, "dependencies_failed"},
		"a folder in the place of package.json": {`fs.rmSync(top + "/project/package.json"); fs.mkdirSync(top + "/project/package.json")`, "dependencies_failed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			write(t, out, map[string]string{"package.json": "{}", "package-lock.json": "{}", "node_modules/c/index.js": ""})
			s, reg := scripted(t, `const fs = require("fs"), top = __dirname.replace(/[/]project[/].*/, ""), out = `+quoted(out)+`; `+test.script)
			_, err := prepare(t, newRuntime(t, withRegistry(reg.URL)), s)
			assert.Equal(t, test.code, fault.CodeOf(err))
			assert.Equal(t, []string{"node_modules", "package-lock.json", "package.json"}, namesIn(t, out))
			assert.FileExists(t, filepath.Join(out, "node_modules/c/index.js"))
			if err == nil {
				assert.FileExists(t, filepath.Join(s.PreparedDir, "app/index.js"))
				assert.NoDirExists(t, filepath.Join(s.PreparedDir, "app/node_modules/b"))
			}
		})
	}
}

// scripted is a version that needs a package with an install script, which is granted, and the registry that has the package.
func scripted(t *testing.T, script string) (host.Staged, *registry) {
	t.Helper()
	reg := newRegistry(t)
	reg.publish(t, "a", map[string]any{"scripts": map[string]any{"postinstall": "node run.js"}}, map[string]string{"index.js": "", "run.js": script})
	s := staged(t, "index.js", map[string]string{"index.js": "", "package.json": `{"dependencies":{"a":"1"}}`})
	s.InstallScripts = true
	return s, reg
}

func quoted(s string) string { return `"` + s + `"` }

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
