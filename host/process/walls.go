package process

// plan is which walls a stage puts on. A stage that cannot build one of them fails: what was
// found to be possible is never silently left out.
type plan struct {
	User    bool // in a user namespace of its own
	View    bool // in a mount namespace that shows nothing but the jail
	PID     bool // first process of its own PID namespace
	Net     bool // in an empty network namespace
	Overlay bool // the kernel mounts the overlay
	// Landlock is the ABI to use, 0 for none.
	Landlock int
	// CountProcesses says that RLIMIT_NPROC counts this child's processes alone.
	CountProcesses bool
}

// plan decides what this machine's capabilities give to one child.
func (c Capabilities) plan(j Jail, l Limits) plan {
	p := plan{
		View:     c.MountNamespace && c.PIDNamespace,
		PID:      c.PIDNamespace,
		Net:      c.NetworkNamespace && j.Network == NetworkNone,
		Landlock: c.Landlock,
	}
	p.User = c.UserNamespace && (p.View || p.PID || p.Net)
	p.Overlay = p.View && c.Overlay && j.Overlay != nil
	p.CountProcesses = p.User && !c.Root
	return p
}

// Walls tells how well each wall would stand around a child with this jail and these limits on
// this machine. The order is fixed.
func (c Capabilities) Walls(j Jail, l Limits) []Wall {
	return nil
}
