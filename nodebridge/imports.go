package nodebridge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"
)

// fact is one thing that reading the code brought out; the reading child writes one a line.
type fact struct {
	// Kind is package, host, missing or syntax.
	Kind string `json:"kind"`
	// Value is the package, "host:port", the import that leads nowhere, or the parser's message.
	Value string `json:"value"`
	// File is where it was found first, relative to the code.
	File string `json:"file,omitempty"`
}

// stackMax is what the parser may nest; the runtime ends the child beyond it.
const stackMax = 128 << 20

// factsMax bounds what is reported of one version.
const factsMax = 500

// runReadImports is the child's part: it reads code that may be hostile to a parser, in
// a process that is bounded. The arguments are the code's folder and the entry in it.
func runReadImports(args []string) int {
	if len(args) != 2 {
		return 2
	}
	debug.SetMaxStack(stackMax)
	out := json.NewEncoder(os.Stdout)
	for _, f := range readImports(args[0], args[1]) {
		if err := out.Encode(f); err != nil {
			return 1
		}
	}
	return 0
}

// importReader gathers facts of one version's code.
type importReader struct {
	dir string

	mu    sync.Mutex      // esbuild resolves on many goroutines
	facts map[fact]string // the fact without its file, and the first file of those that have it
}

// readImports follows the entry's imports. Where files are loaded by computed names, all
// code beside the entry is read too.
func readImports(dir, entry string) []fact {
	r := &importReader{dir: dir, facts: map[fact]string{}}
	files, computed := r.follow([]string{entry})
	if computed {
		files, _ = r.follow(append([]string{entry}, codeFiles(dir)...))
	}
	for _, name := range files {
		r.readHosts(name)
	}
	list := make([]fact, 0, len(r.facts))
	for f, file := range r.facts {
		f.File = file
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b fact) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Value, b.Value))
	})
	return list
}

func (r *importReader) add(kind, value, file string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := fact{Kind: kind, Value: clip(value, 300)}
	if first, ok := r.facts[f]; ok && first <= file || !ok && len(r.facts) >= factsMax {
		return
	}
	r.facts[f] = file
}

// follow reads entries and what they import. It returns the files that it read, and whether
// one of them loads code by a computed name.
func (r *importReader) follow(entries []string) (files []string, computed bool) {
	absolute := make([]string, len(entries))
	for i, name := range entries {
		absolute[i] = filepath.Join(r.dir, filepath.FromSlash(name))
	}
	result := api.Build(api.BuildOptions{
		EntryPoints: absolute, Bundle: true, Write: false, Metafile: true, Outdir: filepath.Join(r.dir, "out"),
		AbsWorkingDir: r.dir, Platform: api.PlatformNode, Format: api.FormatESModule, TsconfigRaw: "{}",
		LogLevel: api.LogLevelSilent, LogLimit: factsMax,
		Loader:  map[string]api.Loader{".node": api.LoaderEmpty, ".html": api.LoaderEmpty, ".css": api.LoaderEmpty},
		Plugins: []api.Plugin{{Name: "packages", Setup: r.collect}},
	})
	for _, m := range result.Errors {
		r.addError(m)
	}
	files = metafileInputs(result.Metafile)
	if len(files) == 0 { // an error keeps esbuild from describing its inputs
		files = entries
	}
	return files, slices.ContainsFunc(files, r.loadsComputed)
}

// collect takes every import that is no path inside the code: Node's own, a package, or one that leads
// out of the code. Those are not followed.
func (r *importReader) collect(b api.PluginBuild) {
	b.OnResolve(api.OnResolveOptions{Filter: `.`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		external := api.OnResolveResult{Path: a.Path, External: true}
		switch {
		case a.Kind == api.ResolveEntryPoint || strings.HasPrefix(a.Path, "#"):
			return api.OnResolveResult{}, nil
		case strings.HasPrefix(a.Path, "/"):
			r.add("missing", a.Path, r.relative(a.Importer))
		case strings.HasPrefix(a.Path, "."):
			if r.relative(filepath.Join(a.ResolveDir, a.Path)) != "" {
				return api.OnResolveResult{}, nil
			}
			r.add("missing", a.Path, r.relative(a.Importer))
		default:
			if name := packageName(a.Path); name != "" {
				r.add("package", name, r.relative(a.Importer))
			}
		}
		return external, nil
	})
}

func (r *importReader) relative(name string) string {
	rel, err := filepath.Rel(r.dir, name)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

func (r *importReader) addError(m api.Message) {
	file := ""
	if m.Location != nil {
		file = m.Location.File
	}
	if name, ok := strings.CutPrefix(m.Text, "Could not resolve "); ok {
		r.add("missing", strings.Trim(name, `"`), file)
	} else if m.Location != nil && m.PluginName == "" && !strings.HasPrefix(m.Text, "No loader is configured") {
		r.add("syntax", fmt.Sprintf("%s (line %d, column %d)", m.Text, m.Location.Line, m.Location.Column+1), file)
	}
}

// packageName is the package of an import like "@a/b/c"; "" for what Node brings itself and for what is no package.
func packageName(path string) string {
	if strings.Contains(path, ":") || builtin(path) {
		return ""
	}
	parts := strings.SplitN(path, "/", 3)
	name := parts[0]
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		name += "/" + parts[1]
	}
	if !validName(name) {
		return ""
	}
	return name
}

func metafileInputs(text string) []string {
	var meta struct {
		Inputs map[string]any `json:"inputs"`
	}
	if json.Unmarshal([]byte(text), &meta) != nil {
		return nil
	}
	var names []string
	for name := range meta.Inputs {
		if filepath.IsLocal(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var computedPattern = regexp.MustCompile("\\b(?:require|import)\\s*\\(\\s*(?:[^\\s'\"`)]|`[^`]*\\$\\{|['\"][^'\"]*['\"]\\s*\\+)")

func (r *importReader) loadsComputed(name string) bool {
	return computedPattern.Match(r.source(name))
}
