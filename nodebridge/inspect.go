package nodebridge

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"appzone/host"
	"appzone/host/fault"
)

// Inspect reads the code in a child of its own, without running it. What would make Prepare fail is a
// finding of high severity here.
func (r *Runtime) Inspect(ctx context.Context, s host.Staged) (host.Inspection, error) {
	i := &inspection{staged: s}
	i.checkNode(ctx, r)
	entry, err := entryPath(s)
	if err != nil {
		f := fault.From(err)
		i.add(host.SeverityHigh, f.Code, f.Message, s.Manifest.Parameters.ScriptPath)
		return i.Inspection, nil
	}
	project, err := findProject(s, r.options.NPMRegistry)
	if err != nil {
		f := fault.From(err)
		if f.Kind == fault.Internal {
			return host.Inspection{}, err
		}
		i.add(host.SeverityHigh, f.Code, f.Message, "package.json")
		project = &nodeProject{dir: "."}
	}
	facts, err := readCode(ctx, s, entry)
	if ctx.Err() != nil {
		return host.Inspection{}, ctx.Err()
	}
	if err != nil {
		i.add(host.SeverityMedium, "code_unreadable", "the code could not be read for its imports: bundle node_modules or a package.json", entry)
	}
	i.checkProject(project)
	i.checkCode(project, facts)
	return i.Inspection, nil
}

// inspection gathers findings.
type inspection struct {
	host.Inspection
	staged host.Staged
}

func (i *inspection) add(severity host.Severity, code, message, path string) {
	i.Findings = append(i.Findings, host.Finding{Severity: severity, Code: code, Message: printable(message), Path: filepath.ToSlash(path)})
}

func (i *inspection) checkNode(ctx context.Context, r *Runtime) {
	n, fail := r.findNode(ctx)
	if fail != nil {
		i.add(host.SeverityHigh, fail.Code, fail.Message, "")
		return
	}
	if err := requireNode(i.staged, n.version); err != nil {
		f := fault.From(err)
		i.add(host.SeverityHigh, f.Code, f.Message, "")
	}
}

func (i *inspection) checkProject(p *nodeProject) {
	at := func(name string) string { return path.Join(p.dir, name) }
	if p.config {
		i.add(host.SeverityLow, "npmrc_ignored", "settings of npm in the zip are ignored", at(".npmrc"))
	}
	if p.bundled {
		if addon := findAddon(filepath.Join(i.staged.CodeDir, filepath.FromSlash(p.dir))); addon != "" {
			i.add(host.SeverityMedium, "native_code", "the zip brings machine code, which works on one kind of machine only", at(addon))
		}
		return
	}
	if p.manifest == nil {
		return
	}
	for name, specifier := range p.manifest.all() {
		i.Dependencies = append(i.Dependencies, clip(name+"@"+specifier, 200))
	}
	slices.Sort(i.Dependencies)
	if refused := p.refused(); len(refused) > 0 {
		severity, what := host.SeverityHigh, "are refused unless installScripts is granted"
		if i.staged.InstallScripts {
			severity, what = host.SeverityMedium, "are fetched from where they say"
		}
		i.add(severity, "dependency_refused", fmt.Sprintf("dependencies that are not of the package registry %s: %s", what, some(refused)), at("package.json"))
	}
	if len(p.manifest.scripts) > 0 {
		i.add(host.SeverityInfo, "scripts_ignored", "the plugin's own install scripts are never run: "+some(p.manifest.scripts), at("package.json"))
	}
	if p.lock != nil && len(p.lock.scripted) > 0 && !i.staged.InstallScripts {
		i.add(host.SeverityMedium, "install_scripts", "packages have install scripts, which do not run unless installScripts is granted: "+some(p.lock.scripted), at("package-lock.json"))
	}
}

// checkCode tells what the imports mean for the install.
func (i *inspection) checkCode(p *nodeProject, facts []fact) {
	adopts := !p.bundled && p.lock == nil && (p.manifest == nil || len(p.manifest.all()) == 0)
	for _, f := range facts {
		switch f.Kind {
		case "host":
			i.Hosts = append(i.Hosts, f.Value)
		case "missing":
			i.add(host.SeverityMedium, "import_missing", fmt.Sprintf("the code imports %q, which is not in the zip", f.Value), f.File)
		case "syntax":
			if !slices.ContainsFunc(i.Findings, func(known host.Finding) bool { return known.Path == f.File }) {
				i.add(host.SeverityMedium, "syntax_error", f.Value, f.File)
			}
		case "package":
			switch {
			case adopts:
				i.Dependencies = append(i.Dependencies, f.Value)
			case p.bundled && !i.bundles(f):
				i.add(host.SeverityMedium, "import_missing", fmt.Sprintf("the code imports %q, which the node_modules of the zip lacks", f.Value), f.File)
			case p.manifest != nil && !p.bundled && !p.manifest.has(f.Value):
				i.add(host.SeverityLow, "import_undeclared", fmt.Sprintf("the code imports %q, which package.json does not list", f.Value), f.File)
			}
		}
	}
}

// bundles tells whether a node_modules of the zip, from the importing file upwards, has the package.
func (i *inspection) bundles(f fact) bool {
	for dir := path.Dir(f.File); ; dir = path.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(i.staged.CodeDir, filepath.FromSlash(dir), "node_modules", filepath.FromSlash(f.Value))); err == nil {
			return true
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// some joins the first few of a list.
func some(list []string) string {
	const most = 5
	if len(list) > most {
		return fmt.Sprintf("%s and %d more", clip(strings.Join(list[:most], ", "), 500), len(list)-most)
	}
	return clip(strings.Join(list, ", "), 500)
}
