package process

import (
	"os"

	"github.com/landlock-lsm/go-landlock/landlock"
)

// restrict puts every thread of this process behind Landlock for good: only the jail's paths can be opened, signals and
// abstract sockets reach no one outside. Where a child without a network has no network namespace it
// cannot use TCP (and, on new kernels, UDP) either. One that shares the host's network and was given a
// listener cannot bind a TCP port: what it serves is reached through its listener (row D7). A port that the kernel
// picks, by listen without bind, is beyond Landlock, and so are UDP ports.
func (o *order) restrict() error {
	if o.Plan.Landlock == 0 {
		return nil
	}
	config := landlock.V10
	switch {
	case o.Jail.Network == NetworkHost && o.Listening:
		config.HandledAccessNet &= bindTCP
	case o.Jail.Network == NetworkHost || o.Plan.Net:
		config.HandledAccessNet = 0
	}
	return config.BestEffort().Restrict(o.rules()...)
}

// bindTCP is LANDLOCK_ACCESS_NET_BIND_TCP.
const bindTCP landlock.AccessNetSet = 1

func (o *order) rules() []landlock.Rule {
	var rules []landlock.Rule
	read := append(o.systemPaths(), o.Jail.ReadOnly...)
	if o.Plan.View {
		read = append(read, "/proc", "/etc/passwd", "/etc/group")
	} else if o.Jail.SystemFiles {
		read = append(read, systemProc...)
	}
	for _, path := range read {
		rules = append(rules, pathRule(path, landlock.RODirs, landlock.ROFiles).IgnoreIfMissing())
	}
	for _, path := range o.Jail.Sockets {
		rules = append(rules, landlock.RWFiles(path).WithResolveUnix().IgnoreIfMissing())
	}
	write := append(o.devices(), o.Jail.ReadWrite...)
	if v := o.Jail.Overlay; v != nil {
		write = append(write, v.Target)
	}
	for _, path := range write {
		rule := pathRule(path, landlock.RWDirs, landlock.RWFiles)
		if o.Plan.Landlock >= 2 && !isFile(path) {
			rule = rule.WithRefer() // files may be moved between folders
		}
		rules = append(rules, rule.IgnoreIfMissing())
	}
	return rules
}

func pathRule(path string, folder, file func(...string) landlock.FSRule) landlock.FSRule {
	if isFile(path) {
		return file(path)
	}
	return folder(path)
}

// isFile says that path is there and is no folder.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
