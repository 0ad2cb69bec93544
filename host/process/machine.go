package process

import "sync"

// Capabilities is what this machine lets the host build around a child. It is found out by
// trying, once.
type Capabilities struct {
	// System is the operating system, "linux".
	System string `json:"system"`
	// Root says that the host runs as root.
	Root bool `json:"root"`
	// UserNamespace says that an ordinary user may make one, which the others below then stand on.
	UserNamespace bool `json:"userNamespace"`
	// MountNamespace says that a child can be given a file tree of its own.
	MountNamespace bool `json:"mountNamespace"`
	// PIDNamespace says that a child can be the first process of a namespace with its own /proc.
	PIDNamespace bool `json:"pidNamespace"`
	// NetworkNamespace says that a child can be left without a network.
	NetworkNamespace bool `json:"networkNamespace"`
	// Overlay says that the kernel can lay a writable folder over a read-only one.
	Overlay bool `json:"overlay"`
	// Landlock is the ABI version, 0 for none.
	Landlock int `json:"landlock"`
	// NoNewPrivileges says that a child can give up gaining rights by exec.
	NoNewPrivileges bool `json:"noNewPrivileges"`
	// Seccomp says that a child's system calls can be refused.
	Seccomp bool `json:"seccomp"`
	// OwnUsers says that children of a root host can be given user ids of their own.
	OwnUsers bool `json:"ownUsers"`
	// Groups counts the supplementary groups that an ordinary user's children keep.
	Groups int `json:"groups,omitempty"`
	// CgroupMemory, CgroupCPU and CgroupPIDs are the versions of control groups, 1 or 2, by which the host
	// holds a whole tree's memory, CPU time and number of processes; 0 where it cannot.
	CgroupMemory int `json:"cgroupMemory"`
	CgroupCPU    int `json:"cgroupCPU"`
	CgroupPIDs   int `json:"cgroupPIDs"`
	// CgroupKill says that a whole tree can be killed at once.
	CgroupKill bool `json:"cgroupKill"`
	// Problems says why something above is missing, by its JSON name.
	Problems map[string]string `json:"problems,omitempty"`
}

// Machine probes this machine at the first call, which starts a child and takes some 10 ms, and
// remembers the answer. Without [Main] it cannot try namespaces and reports none.
//
// Where the host was given a control group of version 2, the first call moves the host into a group "appzone-PID-host" below
// it; its children get theirs below "appzone-PID". What hosts that are gone left there is ended and removed.
func Machine() Capabilities {
	if !ready.Load() {
		return baseCapabilities()
	}
	return machine()
}

var machine = sync.OnceValue(func() Capabilities {
	c := baseCapabilities()
	c.probeNamespaces()
	c.probeGroups()
	return c
})
