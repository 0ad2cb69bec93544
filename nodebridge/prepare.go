package nodebridge

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"appzone/host"
	"appzone/host/fault"
)

// Prepare installs what the version needs from npm and merges it with the code into
// PreparedDir/app. Packages that came in the zip are used as they are, and code without needs is too. The
// package.json and package-lock.json that the install used stay in PreparedDir.
//
// Errors are *fault.Error: dependencies_failed, dependency_refused, package_json_invalid, node_missing,
// npm_missing, node_version, entry_missing, or ctx's.
func (r *Runtime) Prepare(ctx context.Context, s host.Staged, p host.Progress) error {
	n, fail := r.findNode(ctx)
	if fail != nil {
		return fail
	}
	if err := requireNode(s, n.version); err != nil {
		return err
	}
	entry, err := entryPath(s)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(appDir(s)); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, r.options.InstallTimeout)
	defer cancel()
	err = r.prepare(limited, n, s, entry, p)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fault.New(fault.Unavailable, "dependencies_failed",
			"dependencies were not installed within %s: the registry is too slow; try again, %s", r.options.InstallTimeout, bundleAdvice)
	}
	if err == nil {
		p.Percent(100)
	}
	return err
}

func (r *Runtime) prepare(ctx context.Context, n *node, s host.Staged, entry string, p host.Progress) error {
	project, err := findProject(s, "")
	if err != nil {
		return err
	}
	if project.bundled {
		p.Output("the node_modules of the zip is used as it is")
		return nil
	}
	if refused := project.refused(); len(refused) > 0 && !s.InstallScripts {
		return dependencyRefused(refused)
	}
	if project.lock == nil && (project.manifest == nil || len(project.manifest.all()) == 0) {
		facts, err := readCode(ctx, s, entry)
		if err != nil {
			return err
		}
		project.adopt(packagesOf(facts), s.PreparedDir)
	}
	if project.lock == nil && (project.manifest == nil || len(project.manifest.all()) == 0) {
		p.Output("the code needs no packages")
		return nil
	}
	npm, err := r.findNPM(n)
	if err != nil {
		return err
	}
	settings, err := r.npmSettings(ctx, n, npm)
	if err != nil {
		return err
	}
	if project.manifest != nil && project.lock != nil { // now that the registry is known
		if again, err := findProject(s, settings.registry); err == nil && again.lock != nil {
			project = again
		}
	}
	i := &install{runtime: r, node: n, npm: npm, settings: settings, staged: s, project: project, progress: p,
		dir: filepath.Join(s.PreparedDir, ".install")}
	return i.run(ctx)
}

// packagesOf lists the packages that the code imports.
func packagesOf(facts []fact) []string {
	var names []string
	for _, f := range facts {
		if f.Kind == "package" {
			names = append(names, f.Value)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// adopt makes a package.json of imported packages. When an earlier install of the same packages left its
// lock, the same versions are installed again.
func (p *nodeProject) adopt(names []string, preparedDir string) {
	if len(names) == 0 {
		return
	}
	p.manifest = &packageJSON{Name: projectName, Private: true, Dependencies: map[string]string{}}
	for _, name := range names {
		p.manifest.Dependencies[name] = "*"
	}
	p.dir = "."
	root, err := os.OpenRoot(preparedDir)
	if err != nil {
		return
	}
	defer root.Close()
	text, err := readBounded(root, "package-lock.json", lockMax)
	if err != nil {
		return
	}
	if lock, err := parseLock(text, p.manifest, "", false); err == nil && len(lock.refused) == 0 && lock.covers(names) {
		p.lock = lock
	}
}
