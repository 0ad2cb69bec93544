package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entryBundle is the child that reads a program and what it imports.
const entryBundle = "wasm-bundle"

// parserStack is what the parser may nest; the Go runtime ends the child beyond it.
const parserStack = 128 << 20

// bundleOrder is the argument of a bundle child.
type bundleOrder struct {
	// Dir is the plugin's code, Entry the program in it.
	Dir, Entry string
	// Out is the file for the bundle; "" to look only.
	Out string
}

// bundleChild is the entry "wasm-bundle". It reads code that may be hostile to a parser.
func bundleChild(args []string) int {
	var o bundleOrder
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &o) != nil {
		fmt.Fprintln(os.Stderr, "wasm-bundle: bad order")
		return 2
	}
	debug.SetMaxStack(parserStack)
	result := bundle(o)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		return 2
	}
	return 0
}

// bundle joins the program and what it imports into one module, if it imports anything. The result says so.
func bundle(o bundleOrder) compileResult {
	b := bundler{order: o}
	built := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(o.Dir, filepath.FromSlash(o.Entry))}, AbsWorkingDir: o.Dir, Outdir: filepath.Join(o.Dir, "out"),
		Bundle: true, Write: false, Metafile: true, Format: api.FormatESModule, Platform: api.PlatformNeutral, Target: api.ES2023,
		MainFields: []string{"module", "main"}, Conditions: []string{"worker"}, TsconfigRaw: "{}", Charset: api.CharsetUTF8,
		LogLevel: api.LogLevelSilent, LogLimit: maxListed * 2,
		Plugins: []api.Plugin{{Name: "inside", Setup: b.resolve}},
	})
	if len(built.Errors) > 0 {
		return b.explain(built.Errors)
	}
	inputs, imports, outside := readMetafile(built.Metafile)
	if outside != "" {
		return compileResult{Code: "imports_unknown", Message: fmt.Sprintf("%s is outside of the plugin's files", clip(outside))}
	}
	if inputs <= 1 && imports == 0 {
		return compileResult{}
	}
	if len(built.OutputFiles) != 1 {
		return compileResult{Code: "module_invalid", Message: "its imports do not make one program"}
	}
	code := built.OutputFiles[0].Contents
	if len(code) > maxScriptBytes {
		return compileResult{Code: "module_too_large", Message: fmt.Sprintf("with its imports it has %s, and at most %s are taken", mebibytes(int64(len(code))), mebibytes(maxScriptBytes))}
	}
	if o.Out != "" {
		if err := os.WriteFile(o.Out, code, 0o600); err != nil {
			return compileResult{Code: "compile_failed", Message: err.Error()}
		}
	}
	return compileResult{Bundled: true, Inputs: inputs}
}

// bundler is one bundle in the making.
type bundler struct{ order bundleOrder }

// resolve keeps imports inside the plugin's files, and refuses what Node.js brings itself.
func (b *bundler) resolve(build api.PluginBuild) {
	build.OnResolve(api.OnResolveOptions{Filter: `^(node:|/|\.\.?(/|$)|[a-z][a-z0-9+.-]*:)`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		switch {
		case a.Kind == api.ResolveEntryPoint:
		case !strings.HasPrefix(a.Path, "."):
			return api.OnResolveResult{}, fmt.Errorf("Could not resolve %q", a.Path) //nolint:staticcheck // esbuild's own words, which explain looks for
		default:
			if rel, err := filepath.Rel(b.order.Dir, filepath.Join(a.ResolveDir, a.Path)); err != nil || !filepath.IsLocal(rel) {
				return api.OnResolveResult{}, fmt.Errorf("Could not resolve %q", a.Path) //nolint:staticcheck // as above
			}
		}
		return api.OnResolveResult{}, nil
	})
}

// explain makes one error of all: imports that lead nowhere by name, or the first thing that cannot be read.
func (b *bundler) explain(messages []api.Message) compileResult {
	var missing []string
	for _, m := range messages {
		if name, ok := strings.CutPrefix(m.Text, "Could not resolve "); ok {
			if name = clip(name); !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
		}
	}
	if len(missing) > 0 {
		more := ""
		if len(missing) > maxListed {
			more = fmt.Sprintf(" and %d more", len(missing)-maxListed)
			missing = missing[:maxListed]
		}
		return compileResult{Code: "imports_unknown", Message: fmt.Sprintf(
			"it imports what is not there: %s%s. Files and node_modules of the zip can be imported; modules of Node.js cannot, since this is not Node.js",
			strings.Join(missing, ", "), more)}
	}
	m := messages[0]
	text := clip(m.Text)
	if m.Location != nil {
		text = fmt.Sprintf("%s:%d:%d: %s", clip(m.Location.File), m.Location.Line, m.Location.Column+1, text)
	}
	return compileResult{Code: "syntax_error", Message: text}
}

// readMetafile counts a bundle's files and the imports in them, and names a file that is not the plugin's.
func readMetafile(text string) (inputs, imports int, outside string) {
	var meta struct {
		Inputs map[string]struct {
			Imports []struct {
				Path string `json:"path"`
			} `json:"imports"`
		} `json:"inputs"`
	}
	if json.Unmarshal([]byte(text), &meta) != nil {
		return 0, 0, "what the bundler read"
	}
	for name, in := range meta.Inputs {
		imports += len(in.Imports)
		if !filepath.IsLocal(name) && !strings.HasPrefix(name, "(disabled):") {
			outside = name
		}
	}
	return len(meta.Inputs), imports, outside
}

// clip bounds one thing that an error names.
func clip(s string) string {
	const most = 200
	if s = oneLine(s); len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
