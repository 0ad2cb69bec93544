package process

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// baseCapabilities are those that can be asked for without trying.
func baseCapabilities() Capabilities {
	c := Capabilities{System: "linux", Root: os.Geteuid() == 0, NoNewPrivileges: true, Seccomp: hasSeccomp(), Problems: map[string]string{}}
	if abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno == 0 {
		c.Landlock = int(abi)
	} else {
		c.Problems["landlock"] = "the kernel has no Landlock, or it is not enabled: " + errno.Error()
	}
	if groups, err := os.Getgroups(); err == nil && !c.Root {
		for _, g := range groups {
			if g != os.Getegid() {
				c.Groups++
			}
		}
	}
	return c
}

// probeNamespaces tries sets of walls, the best first, and keeps the first that stands. What it had to
// leave out gets the error of the try that still had it.
func (c *Capabilities) probeNamespaces() {
	tries := []plan{
		{View: true, PID: true, Net: true, Overlay: true},
		{View: true, PID: true, Net: true},
		{View: true, PID: true},
		{Net: true}, // a PID namespace takes a /proc of its own, and that a view
	}
	miss := func(name string, missing bool, err error) {
		if missing {
			if _, known := c.Problems[name]; !known {
				c.Problems[name] = err.Error()
			}
		}
	}
	var last error
	for _, try := range tries {
		try.User = !c.Root
		if last = tryPlan(try); last == nil {
			c.UserNamespace, c.MountNamespace, c.PIDNamespace = try.User, try.View, try.PID
			c.NetworkNamespace, c.Overlay = try.Net, try.Overlay
			c.probeUsers(try)
			return
		}
		miss("overlay", try.Overlay, last)
		miss("mountNamespace", try.View && !try.Overlay, last)
		miss("networkNamespace", try.Net && !try.Overlay, last)
		miss("pidNamespace", try.PID && !try.Overlay, last)
	}
	miss("userNamespace", !c.Root, last)
	c.probeUsers(plan{})
}

// tryPlan lets a stage enclose itself by a plan.
func tryPlan(try plan) error {
	dir, err := os.MkdirTemp("", "appzone-probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay := &Overlay{}
	for name, path := range map[string]*string{"lower": &overlay.Lower, "upper": &overlay.Upper, "work": &overlay.Work, "target": &overlay.Target} {
		*path = filepath.Join(dir, name)
		if err := os.Mkdir(*path, 0o700); err != nil {
			return err
		}
	}
	own, err := probeFolder(dir, try)
	if err != nil {
		return err
	}
	ours, theirs, err := controlPair()
	if err != nil {
		return err
	}
	defer ours.close()
	defer theirs.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	o := &order{Stage: stageProbe, Jail: Jail{Overlay: overlay, SystemFiles: true, ReadWrite: []string{own}}, Plan: try}
	proc, err := fork(child{
		path: selfPath(), name: "appzone-probe", env: o.stageEnvironment(),
		files: []*os.File{null, null, null, theirs}, sys: try.attributes(),
	})
	if err != nil {
		return fmt.Errorf("make namespaces: %w", err)
	}
	_ = theirs.Close()
	defer func() { _ = proc.Kill(); _, _ = proc.Wait() }()
	if err := ours.send(o); err != nil {
		return err
	}
	r, err := ours.report(time.Now().Add(startTimeout))
	if err != nil {
		return fmt.Errorf("the probe ended: %w", err)
	}
	if r.Failed != nil {
		return r.Failed.fault()
	}
	return checkProbe(own, try, proc)
}
