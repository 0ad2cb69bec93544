package nodebridge

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

// Limits of npm and of what it starts.
const (
	installMemoryBytes = 2 << 30
	installFileBytes   = 512 << 20
	installProcesses   = 256
	installOpenFiles   = 4096
)

// install is one run of npm for one version.
//
// The cache of packages is shared by all versions, and only npm itself writes it: no code of a package
// runs while it is shown. Granted install scripts run in a second step that sees this version's
// folder alone.
type install struct {
	runtime  *Runtime
	node     *node
	npm      string
	settings npmConfig
	staged   host.Staged
	project  *nodeProject
	progress host.Progress
	dir      string // everything that npm writes but the cache; removed at the end
}

func (i *install) run(ctx context.Context) error {
	if err := i.layOut(); err != nil {
		return err
	}
	defer os.RemoveAll(i.dir)
	if err := i.fetch(ctx); err != nil {
		return err
	}
	if i.staged.InstallScripts {
		if err := i.rebuild(ctx); err != nil {
			return err
		}
	}
	i.progress.Percent(95)
	if err := i.check(); err != nil {
		return err
	}
	if err := i.freeze(); err != nil {
		return err
	}
	return i.merge()
}

func (i *install) path(parts ...string) string {
	return filepath.Join(append([]string{i.dir}, parts...)...)
}

// layOut makes npm's project of nothing but the sanitised package.json and lock. An .npmrc of the zip stays out: it
// can name programs for npm to run.
func (i *install) layOut() error {
	if err := os.RemoveAll(i.dir); err != nil {
		return err
	}
	for _, name := range []string{"project", "home", "tmp"} {
		if err := os.MkdirAll(i.path(name), 0o700); err != nil {
			return err
		}
	}
	if i.staged.InstallScripts && len(i.project.refused()) > 0 { // file dependencies lie in the code
		if err := copyCode(filepath.Join(i.staged.CodeDir, filepath.FromSlash(i.project.dir)), i.path("project")); err != nil {
			return err
		}
	}
	text, err := i.project.manifest.encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(i.path("project", "package.json"), text, 0o600); err != nil {
		return err
	}
	if i.project.lock == nil {
		return nil
	}
	if text, err = i.project.lock.encode(); err != nil {
		return err
	}
	return os.WriteFile(i.path("project", "package-lock.json"), text, 0o600)
}

// fetch installs without running a line of any package. When the registry does not answer, npm takes
// what is in its cache.
func (i *install) fetch(ctx context.Context) error {
	cache, done, err := i.runtime.openCache()
	if err != nil {
		return err
	}
	defer done()
	verb := "install"
	if i.project.lock != nil {
		verb = "ci"
	}
	args := append([]string{verb, "--omit=dev", "--ignore-scripts", "--lockfile-version=3", "--loglevel=http",
		"--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000", "--fetch-timeout=60000",
		"--cache=" + cache}, i.settings.flags()...)
	if !i.staged.InstallScripts {
		args = append(args, "--git=/nonexistent/git") // packages of packages could name git addresses too
	}
	if verb == "ci" {
		args = append(args, "--prefer-offline") // the lock decides on versions
	}
	i.progress.Output("npm " + verb + " --omit=dev --ignore-scripts")
	out := &installOutput{progress: i.progress, from: 5, to: 80, fetched: map[string]bool{}}
	if i.project.lock != nil {
		out.expected = i.project.lock.count
	}
	exit, err := i.npmRun(ctx, args, out, cache)
	if err != nil || exit.Code == 0 {
		return err
	}
	return out.failure.explain(exit.Cause)
}

// rebuild runs the install scripts of the packages.
func (i *install) rebuild(ctx context.Context) error {
	i.progress.Output("npm rebuild: running the install scripts of packages")
	args := append([]string{"rebuild", "--foreground-scripts", "--loglevel=warn", "--cache=" + i.path("home", "cache")}, i.settings.flags()...)
	out := &installOutput{progress: i.progress, from: 80, to: 95, fetched: map[string]bool{}}
	exit, err := i.npmRun(ctx, args, out)
	if err != nil || exit.Code == 0 {
		return err
	}
	return fault.New(fault.Invalid, "dependencies_failed",
		"dependencies were not installed: an install script failed (%s); its output says why. Install what it needs on this machine, %s", exit.Cause, bundleAdvice)
}

// npmRun runs npm in a jail that shows the install's own folder, and what is named.
func (i *install) npmRun(ctx context.Context, args []string, out *installOutput, writable ...string) (process.Exit, error) {
	common := []string{"--no-audit", "--no-fund", "--no-update-notifier", "--no-progress", "--color=false", "--logs-max=0", "--userconfig=" + i.path("home", "npmrc")}
	spec := process.Spec{
		Name: "npm", Path: i.node.path, Dir: i.path("project"),
		Args: append(append([]string{i.npm}, args...), common...),
		Env: []string{
			"PATH=" + filepath.Dir(i.node.path) + ":/usr/local/bin:/usr/bin:/bin",
			"HOME=" + i.path("home"), "TMPDIR=" + i.path("tmp"), "LANG=C.UTF-8",
		},
		Jail: process.Jail{
			SystemFiles: true, Network: process.NetworkHost, User: process.BuildUser,
			ReadOnly:  []string{i.node.path, npmRoot(i.npm)},
			ReadWrite: append([]string{i.dir}, writable...),
		},
		Limits: process.Limits{MemoryBytes: installMemoryBytes, FileBytes: installFileBytes, Processes: installProcesses, OpenFiles: installOpenFiles},
		Output: func(l process.Line) { out.line(l.Text) },
	}
	if ca := i.settings.caFile; ca != "" {
		spec.Env = append(spec.Env, "NODE_EXTRA_CA_CERTS="+ca)
		if real, err := filepath.EvalSymlinks(ca); err == nil {
			spec.Jail.ReadOnly = append(spec.Jail.ReadOnly, real)
		}
	}
	return run(ctx, spec)
}

// check refuses what an install script left in the place of what the host takes over by its path: links would lead
// the host out of the folder, with rights that scripts do not have. Nothing of the install runs any more.
func (i *install) check() error {
	for _, want := range []struct {
		name string
		kind fs.FileMode
		must bool
	}{
		{"project", fs.ModeDir, true}, // first: the others lie in it
		{"project/node_modules", fs.ModeDir, false},
		{"project/package.json", 0, false},
		{"project/package-lock.json", 0, false},
	} {
		info, err := os.Lstat(i.path(filepath.FromSlash(want.name)))
		switch {
		case errors.Is(err, fs.ErrNotExist) && !want.must:
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		case err != nil || info.Mode().Type() != want.kind:
			return fault.New(fault.Invalid, "dependencies_failed",
				"dependencies were not installed: an install script replaced %s of the install; install without that package, %s", want.name, bundleAdvice)
		}
	}
	return nil
}

// freeze keeps what was installed on record.
func (i *install) freeze() error {
	for _, name := range []string{"package.json", "package-lock.json"} {
		err := os.Rename(i.path("project", name), filepath.Join(i.staged.PreparedDir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
