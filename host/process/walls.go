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
	// Seccomp says that system calls which no plugin needs are refused.
	Seccomp bool
	// UserID is the user and group that it becomes; 0 keeps the host's.
	UserID int
	// CountProcesses says that RLIMIT_NPROC counts this child's processes alone.
	CountProcesses bool
}

// plan decides what this machine's capabilities give to one child.
func (c Capabilities) plan(j Jail, l Limits) plan {
	p := plan{
		View:     c.MountNamespace && c.PIDNamespace,
		PID:      c.PIDNamespace,
		Net:      c.NetworkNamespace && j.Network != NetworkHost,
		Landlock: c.Landlock,
		Seccomp:  c.Seccomp,
	}
	p.User = c.UserNamespace && (p.View || p.PID || p.Net)
	p.Overlay = p.View && c.Overlay && j.Overlay != nil
	if c.OwnUsers && p.View {
		p.UserID = j.User
	}
	p.CountProcesses = p.User && !c.Root || p.UserID > BuildUser
	return p
}

// Walls tells how well each wall would stand around a child with this jail and these limits on
// this machine. The order is fixed.
func (c Capabilities) Walls(j Jail, l Limits) []Wall {
	p := c.plan(j, l)
	return []Wall{
		c.networkWall(p, j, l), c.filesWall(p, j), c.processesWall(p, l), c.memoryWall(l),
		c.cpuWall(l), c.privilegesWall(p), c.environmentWall(),
		c.diskWall(l), c.descriptorsWall(l), c.outputWall(l),
	}
}

// WallNames are the names of the walls, in their order.
func WallNames() []string {
	var names []string
	for _, w := range (Capabilities{}).Walls(Jail{}, Limits{}) {
		names = append(names, w.Name)
	}
	return names
}

func (c Capabilities) networkWall(p plan, j Jail, l Limits) Wall {
	w := Wall{Name: "network", Level: None}
	granted := ""
	if j.Network == NetworkEgress {
		granted = "; what was granted is reached through the host, which checks each address"
	}
	switch {
	case j.Network == NetworkHost:
		w.Reason = "it shares the host's network, as asked for"
	case p.Net && !p.Seccomp && !l.Guest:
		w.Level, w.Reason = Partial, "an empty network namespace; sockets that lead to a hypervisor belong to none, and remain"+granted
	case p.Net:
		w.Level, w.Reason = Enforced, "an empty network namespace: nothing but what the host hands down can be reached"+granted
	case l.Guest:
		w.Level, w.Reason = Enforced, "its engine gives it no network"+granted+". There is no second wall behind that one: "+c.because("networkNamespace", "this system has no network namespaces")
	case p.noInternet(j) && p.View && p.Landlock >= 6:
		w.Level, w.Reason = Enforced, "the kernel gives it no internet sockets, and shows it none of other programs"+granted
	case p.noInternet(j):
		w.Level, w.Reason = Partial, "the kernel gives it no internet sockets; Unix sockets of other programs on this machine remain"+granted
	case p.Landlock >= 10:
		w.Level, w.Reason = Partial, "Landlock refuses TCP and UDP; other kinds of sockets remain"+granted
	case p.Landlock >= 4:
		w.Level, w.Reason = Partial, "Landlock refuses TCP; UDP and other kinds of sockets remain"+granted
	default:
		w.Reason = c.because("networkNamespace", "this system has no network namespaces")
	}
	return w
}

// noInternet says that internet sockets are refused one and all, since the child has no namespace in which they would lead nowhere.
func (p plan) noInternet(j Jail) bool { return p.Seccomp && !p.Net && j.Network != NetworkHost }

func (c Capabilities) filesWall(p plan, j Jail) Wall {
	w := Wall{Name: "files", Level: None}
	switch {
	case p.View && p.Landlock > 0:
		w.Level, w.Reason = Enforced, "a file tree of its own with nothing else in it, and Landlock"
	case p.View:
		w.Level, w.Reason = Enforced, "a file tree of its own with nothing else in it"
	case p.Landlock > 0:
		w.Level, w.Reason = Partial, "Landlock refuses to open anything else; names and sizes of other files can still be asked for, and permissions of those that the host's user owns be changed"
	default:
		w.Reason = c.because("landlock", "this system can neither give it a file tree of its own nor refuse paths")
	}
	if j.Overlay != nil && !p.Overlay {
		if w.Level == Enforced {
			w.Level = Partial
		}
		w.Reason += "; its changes beside the code go to a copy, because the kernel mounts no overlay"
	}
	return w
}

func (c Capabilities) processesWall(p plan, l Limits) Wall {
	w := Wall{Name: "processes", Level: None}
	counted := l.Processes == 0 || p.CountProcesses || c.CgroupPIDs > 0 || l.Guest
	switch {
	case p.PID && counted:
		w.Level, w.Reason = Enforced, "a PID namespace: it sees no other processes, and all of its own end with it"
	case p.PID:
		w.Level, w.Reason = Partial, "a PID namespace; a watchdog ends it when it has started too many processes: "+c.because("cgroupPIDs", "no control group counts them")
	case c.System == "linux" && p.Landlock >= 6:
		w.Level, w.Reason = Partial, "Landlock keeps its signals inside and the host adopts its orphans; it sees other processes: "+c.because("pidNamespace", "")
	case c.System == "linux":
		w.Level, w.Reason = Partial, "the host adopts its orphans; it sees other processes and may signal those of the same user: "+c.because("pidNamespace", "")
	default:
		w.Reason = "a process group alone, which a process can leave"
	}
	return w
}

func (c Capabilities) privilegesWall(p plan) Wall {
	w := Wall{Name: "privileges", Level: None}
	switch {
	case !c.NoNewPrivileges:
		w.Reason = "it runs as the host's user, and this system has no way to give up gaining rights"
		return w
	case p.UserID != 0:
		w.Level, w.Reason = Enforced, "a user id of its own, which owns nothing else, without capabilities or a way to new ones"
	case c.Root:
		w.Level, w.Reason = Partial, "no capabilities and no way to new ones, but still root's user id, which owns files"
		if problem := c.Problems["ownUsers"]; problem != "" {
			w.Reason += ": " + problem
		}
	case c.Groups > 0:
		w.Level, w.Reason = Partial, "no capabilities and no way to new ones, but still the groups of the host's user"
	default:
		w.Level, w.Reason = Enforced, "an ordinary user without capabilities or a way to new ones"
	}
	if p.Seccomp {
		w.Reason += "; system calls that make namespaces or reach deep into the kernel are refused"
	}
	return w
}

func (c Capabilities) environmentWall() Wall {
	if c.System != "linux" {
		return Wall{Name: "environment", Level: Partial, Reason: "nothing of the host's environment; descriptors that the host itself inherited may pass"}
	}
	return Wall{Name: "environment", Level: Enforced, Reason: "nothing of the host's environment and none of its descriptors"}
}

// because is why something is missing.
func (c Capabilities) because(name, otherwise string) string {
	if problem := c.Problems[name]; problem != "" {
		return problem
	}
	if otherwise == "" {
		return "this machine has no " + name
	}
	return otherwise
}
