package guest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// sources are the kits and the templates.
//
//go:embed go/*.go go/lean/*.go go/nethttp/*.go go/template go/template-nethttp
//go:embed c/*.c c/*.h c/template rust/appzone rust/template js/*.d.ts js/template
var sources embed.FS

// kitFolder is where a project has its copy of the kit.
const kitFolder = "appzone"

// goKit is the import path of the Go kit in this repository.
const goKit = "appzone/sandbox/guest/go"

// The names that templates go by.
const (
	templateName = "Hello Plugin"
	templateID   = "hello-plugin"
)

// folder is one folder of sources and where a project has it.
type folder struct{ from, to string }

// templates are what a project of each kind consists of. The files of a folder are copied, and those
// of its own folders not.
var templates = map[string][]folder{
	"go":         {{"go/template", "."}, {"go", kitFolder}, {"go/lean", kitFolder + "/lean"}, {"go/nethttp", kitFolder + "/nethttp"}},
	"go-nethttp": {{"go/template-nethttp", "."}, {"go", kitFolder}, {"go/lean", kitFolder + "/lean"}, {"go/nethttp", kitFolder + "/nethttp"}},
	"c":          {{"c/template", "."}, {"c", kitFolder}},
	"rust":       {{"rust/template", "."}, {"rust/appzone", kitFolder}},
	"js":         {{"js/template", "."}, {"js/template/app", "app"}, {"js", "."}},
}

// Templates are the names of the templates, sorted.
func Templates() []string {
	var names []string
	for name := range templates {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Project returns the files of a new project, by their slash-separated paths: the template's own, for a
// plugin of that name and id, and the kit.
func Project(template, name, id string) (map[string][]byte, error) {
	folders, ok := templates[template]
	if !ok {
		return nil, fmt.Errorf("there is no template %q; there are %s", template, strings.Join(Templates(), ", "))
	}
	files := map[string][]byte{}
	for _, f := range folders {
		entries, err := fs.ReadDir(sources, f.from)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			b, err := fs.ReadFile(sources, path.Join(f.from, e.Name()))
			if err != nil {
				return nil, err
			}
			to := strings.TrimSuffix(path.Join(f.to, e.Name()), ".tmpl") // a go.mod would be a module of its own here
			if path.Ext(to) == ".go" {
				b = bytes.ReplaceAll(b, []byte(goKit), []byte("plugins/"+id+"/"+kitFolder))
			}
			if f.to != kitFolder {
				b = Rename(to, b, templateName, templateID, name, id)
			}
			files[to] = b
		}
	}
	return files, nil
}

// Rename gives a file of a template the name and the id of a new plugin in place of its own.
func Rename(file string, contents []byte, oldName, oldID, name, id string) []byte {
	if path.Ext(file) == ".json" {
		if quoted, err := json.Marshal(name); err == nil {
			name = string(quoted[1 : len(quoted)-1])
		}
	}
	return []byte(strings.NewReplacer(
		oldName, name, oldID, id,
		strings.ToUpper(oldID[:1])+oldID[1:], strings.ToUpper(id[:1])+id[1:],
	).Replace(string(contents)))
}
