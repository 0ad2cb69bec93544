package crashtest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"appzone/host"
	"appzone/host/fault"
	"appzone/nodebridge"
	"appzone/store"
)

var admin = host.Actor{User: "admin", Role: host.RoleAdmin}

// system is a host over its real store, with Node.
type system struct {
	*host.Host
	store *store.Store
}

func (s system) close() error {
	s.Host.Close()
	return s.store.Close()
}

func open(dir string, hook func(string)) (system, error) {
	st, err := store.Open(context.Background(), store.Options{Dir: filepath.Join(dir, "db")})
	if err != nil {
		return system{}, err
	}
	node, err := nodebridge.New(nodebridge.Options{Dir: filepath.Join(dir, "node")})
	if err != nil {
		return system{}, err
	}
	h, err := host.Open(context.Background(), host.Config{DataDir: dir, Store: st, Runtimes: []host.Runtime{node},
		AdminPassword: "for the test", RestartPlugins: true, RestartDelay: time.Nanosecond, Hook: hook,
		Backoff: host.Backoff{First: 10 * time.Millisecond, Max: 50 * time.Millisecond, HalfLife: time.Minute, Budget: 2.5, Stable: time.Minute}})
	return system{h, st}, err
}

// zipOf makes a plugin. Its text is long and its version is part of it, so that each version has files of its own.
func zipOf(kind, version string) []byte {
	files := map[string]string{"shared.txt": "the same in every version"}
	switch kind {
	case "html":
		files["manifest.json"] = fmt.Sprintf(`{"name":"Pages","version":%q,"description":"d","type":"html","parameters":{"views":{"admin":"index.html"}}}`, version)
		files["index.html"] = "<p>" + version
	default:
		files["manifest.json"] = fmt.Sprintf(`{"name":"Script","version":%q,"description":"d","type":"script","parameters":{"scriptName":"s","scriptPath":"index.js","permissions":{},"upgrade":%q}}`, version, upgradeOf(version))
		end := fmt.Sprintf(`require('http').createServer((q,r)=>r.end(%q)).listen(9006)`, version)
		if version == failing {
			end = `process.exit(3)`
		}
		files["index.js"] = fmt.Sprintf(`require('fs').appendFileSync(process.env.APPZONE_DATA_DIR + '/kept', '%s '); `, version) + end
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func (s system) upload(kind, version string) error {
	u, err := s.Receive(context.Background(), bytes.NewReader(zipOf(kind, version)))
	if err != nil {
		return err
	}
	defer u.Close()
	_, _, err = s.Accept(context.Background(), u, admin)
	return err
}

func (s system) install(id, version string) error {
	ctx := context.Background()
	plan, err := s.Plan(ctx, id, version)
	if err != nil {
		return err
	}
	start := true
	job, err := s.Install(ctx, id, host.InstallRequest{Version: version, Grants: host.GrantChoice{Requested: true}, Start: &start}, plan.ETag, admin)
	return s.end(job, err)
}

// last is the version in use at the end, which starts beside the one before.
const last = "2.5.0"

func upgradeOf(version string) string {
	if version == last {
		return "overlap"
	}
	return "replace"
}

// failing is a version that writes and does not start.
const failing = "3.0.0"

// fail installs it, and wants the host to take it back.
func (s system) fail() error {
	if err := s.install("script", failing); fault.CodeOf(err) != "rolled_back" {
		return fmt.Errorf("version %s was not taken back: %w", failing, err)
	}
	return nil
}

// goBack goes back to a version with what was kept then.
func (s system) goBack(version string) error {
	job, err := s.Rollback(context.Background(), "script", host.RollbackRequest{Version: version, Data: host.DataRestore}, admin)
	return s.end(job, err)
}

func (s system) uninstall(id string) error {
	job, err := s.Uninstall(context.Background(), id, false, admin)
	return s.end(job, err)
}

// end waits for the job, and makes its failure an error.
func (s system) end(job host.Job, err error) error {
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	job, err = s.WaitJob(ctx, job.ID)
	if err == nil && job.State != host.JobSucceeded {
		err = fault.New(fault.Invalid, job.Error.Code, "job %s is %s: %+v", job.Kind, job.State, job.Error)
	}
	return err
}

// steps are what the child does, one after the other.
var steps = []struct {
	name string
	// act is what the audit trail says of it.
	act string
	do  func(system) error
}{
	{"upload pages", "plugin.uploaded pages", func(s system) error { return s.upload("html", "1.0.0") }},
	{"install pages", "plugin.installed pages", func(s system) error { return s.install("pages", "") }},
	{"upload script", "plugin.uploaded script", func(s system) error { return s.upload("script", "1.0.0") }},
	{"install script", "plugin.installed script", func(s system) error { return s.install("script", "") }},
	{"upload script 2", "plugin.uploaded script", func(s system) error { return s.upload("script", "2.0.0") }},
	{"install script 2", "plugin.installed script", func(s system) error { return s.install("script", "") }},
	{"go back to 1", "plugin.rolled_back script", func(s system) error { return s.goBack("1.0.0") }},
	{"go on to 2", "plugin.rolled_back script", func(s system) error { return s.goBack("2.0.0") }},
	{"upload script 3", "plugin.uploaded script", func(s system) error { return s.upload("script", failing) }},
	{"fail script 3", "plugin.rolled_back script", func(s system) error { return s.fail() }},
	{"upload script 2.5", "plugin.uploaded script", func(s system) error { return s.upload("script", last) }},
	{"overlap script 2.5", "plugin.installed script", func(s system) error { return s.install("script", last) }},
	{"uninstall pages", "plugin.uninstalled pages", func(s system) error { return s.uninstall("pages") }},
	{"remove pages", "plugin.removed pages", func(s system) error { return s.Remove(context.Background(), "pages", false, admin) }},
}

// scenario is the child: it does the steps, says which were acknowledged, and kills itself at the hook with the
// number at. When there are fewer hooks it says so.
func scenario(dir string, at int) {
	var passed atomic.Int64
	s, err := open(dir, func(point string) {
		if passed.Add(1) == int64(at) {
			fmt.Println("killed at", point)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal may take a moment
		}
	})
	if err != nil {
		panic(err)
	}
	for _, step := range steps {
		if err := step.do(s); err != nil {
			panic(fmt.Sprintf("%s: %v", step.name, err))
		}
		fmt.Println("acknowledged", step.name)
		if view, err := s.Plugin(context.Background(), "script"); err == nil && view.PID != 0 {
			fmt.Println("pid", view.PID)
		}
	}
	if err := s.close(); err != nil {
		panic(err)
	}
	fmt.Println("finished")
}
