package nodebridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"appzone/host/fault"
)

const (
	packageJSONMax = 1 << 20
	lockMax        = 16 << 20
)

// packageJSON is the part of a package.json that an install needs. Scripts, workspaces, development
// dependencies and everything else are left behind.
type packageJSON struct {
	Name                 string            `json:"name"`
	Private              bool              `json:"private"`
	Dependencies         map[string]string `json:"dependencies,omitempty"`
	OptionalDependencies map[string]string `json:"optionalDependencies,omitempty"`
	PeerDependencies     map[string]string `json:"peerDependencies,omitempty"`
	Overrides            map[string]any    `json:"overrides,omitempty"`

	scripts []string // names of scripts that npm would run at an install
}

// projectName replaces the plugin's own, which may be one that npm refuses.
const projectName = "plugin-dependencies"

// installScripts are the scripts of a project that npm runs when it installs.
var installScripts = []string{"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"}

func parsePackageJSON(text []byte) (*packageJSON, error) {
	var in struct {
		packageJSON
		Name    any            `json:"name"`
		Private any            `json:"private"`
		Scripts map[string]any `json:"scripts"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "package_json_invalid", "package.json is not valid: %v", err)
	}
	p := in.packageJSON
	p.Name, p.Private = projectName, true
	for _, name := range installScripts {
		if _, ok := in.Scripts[name]; ok {
			p.scripts = append(p.scripts, name)
		}
	}
	return &p, nil
}

// refused lists the dependencies that do not come from the registry, as "name@specifier", and names
// that cannot be package names.
func (p *packageJSON) refused() []string {
	var list []string
	for name, specifier := range p.all() {
		if !validName(name) || !fromRegistry(specifier) {
			list = append(list, name+"@"+specifier)
		}
	}
	list = append(list, refusedOverrides(p.Overrides)...)
	slices.Sort(list)
	return list
}

// all joins the dependencies of every kind.
func (p *packageJSON) all() map[string]string {
	all := map[string]string{}
	for _, kind := range []map[string]string{p.PeerDependencies, p.OptionalDependencies, p.Dependencies} {
		maps.Copy(all, kind)
	}
	return all
}

func (p *packageJSON) has(name string) bool {
	_, ok := p.all()[name]
	return ok
}

func refusedOverrides(overrides map[string]any) []string {
	var list []string
	for name, value := range overrides {
		switch v := value.(type) {
		case string:
			if !fromRegistry(v) && !referencePattern.MatchString(v) {
				list = append(list, name+"@"+v)
			}
		case map[string]any:
			list = append(list, refusedOverrides(v)...)
		default:
			list = append(list, name)
		}
	}
	return list
}

func (p *packageJSON) encode() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	return append(text, '\n'), err
}

// readBounded reads a file of at most limit bytes inside root.
func readBounded(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fault.New(fault.Invalid, "package_json_invalid", "%s is larger than %d bytes", name, limit)
	}
	return text, nil
}

func dependencyRefused(list []string) error {
	shown := list
	if len(shown) > 5 {
		shown = shown[:5]
	}
	e := fault.New(fault.Invalid, "dependency_refused",
		"%d dependencies do not come from the package registry (git, file and address dependencies): grant installScripts, or bundle node_modules in the zip", len(list))
	for _, d := range shown {
		e.WithField("dependencies", "%s", clip(d, 200))
	}
	return e
}

func clip(text string, limit int) string {
	if len(text) > limit {
		return fmt.Sprintf("%s...", text[:limit])
	}
	return text
}
