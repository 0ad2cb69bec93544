package process

import (
	"os"
	"time"
)

// Spec describes one child process. Everything that the child gets is in it:
// nothing is inherited from the host.
type Spec struct {
	// Name is what ps shows as the process's name (argv[0]).
	Name string
	// Path is the program, absolute. Empty when Entry is set.
	Path string
	// Entry names a function of this binary that runs in the jailed child in place
	// of a program; see [Main].
	Entry string
	// Args are the arguments after argv[0].
	Args []string
	// Env is the whole environment, as KEY=VALUE.
	Env []string
	// Dir is the working folder, absolute, as seen inside the jail.
	Dir string
	// Listener is handed down as descriptor 3, with LISTEN_FDS=1, LISTEN_FD=3 and
	// LISTEN_PID set. Nil for a child that serves nothing (an install step).
	Listener *Listener
	// Files are handed down as the descriptors after the listener (3 or 4 onwards).
	Files []*os.File
	// Jail says what the child may see and touch.
	Jail Jail
	// Limits bound what the child may use.
	Limits Limits
	// Signs are what this program's last words on stderr say about a limit.
	Signs []Sign
	// Output receives what the child writes to stdout and stderr, line by line. It is
	// called from two goroutines of the process, never concurrently. While it blocks, the child's writes
	// block too, and so does its end.
	Output func(Line)
	// Mark identifies the instance. It lets [Sweep] find what a crashed host left
	// behind where the kernel offers no better way. [a-z0-9-], at most 64.
	Mark string
	// MarkDir is the folder, private to the host, where the mark is recorded while the
	// child lives. Empty records nothing.
	MarkDir string
}

// Stream tells where a line was written.
type Stream string

// The streams of a child.
const (
	Stdout Stream = "stdout"
	Stderr Stream = "stderr"
)

// Line is one line of output without its line end. Lines longer than 16 KiB are cut into
// several. Text is not cleaned: it may hold any byte but newline.
type Line struct {
	Time   time.Time
	Stream Stream
	Text   string
}

// Jail says what the child may see and touch. The zero value is the strictest:
// nothing but system libraries.
type Jail struct {
	// ReadOnly are folders and files, absolute, that may be read and executed.
	ReadOnly []string
	// ReadWrite are folders, absolute, that may also be written. They must exist.
	ReadWrite []string
	// Private are folders, absolute, that may be read and that nobody else is to read.
	Private []string
	// User is the user id, and group id, that the child of a root host takes on where the machine can ([Capabilities.OwnUsers]):
	// [BuildUser] or one of [PluginUser]. 0 keeps the host's. Start then makes it the owner of all that lies in ReadWrite, Private and
	// Overlay, but for files of Overlay.Lower that are read-only; so no folder is to be given to children of two users in turn without
	// need. The host needs no right of its own to any of it. An ordinary user's host ignores this.
	User int
	// Overlay, when not nil, is mounted before the child starts.
	Overlay *Overlay
	// SystemFiles also shows what a dynamically linked program and name resolution need: /usr, /lib*,
	// /bin, a few files of /etc, /dev/null, /dev/zero, /dev/urandom.
	SystemFiles bool
	// Sockets are Unix sockets, absolute, that may be connected to. They must exist.
	Sockets []string
	// Network is what the child may reach.
	Network Network
}

// Network is a child's access to the network.
type Network string

// The kinds of network access.
const (
	// NetworkHost shares the host's network.
	NetworkHost Network = "host"
	// NetworkEgress has none of its own either; what it was granted is reached through the host, over one of Jail.Sockets.
	NetworkEgress Network = "egress"
	// NetworkNone has none but the inherited descriptors. It is the zero value's meaning.
	NetworkNone Network = ""
)

// Overlay shows Lower at Target, read-only in effect: what the child writes there lands in Upper.
// Where the kernel cannot mount it, Start merges Lower and Upper into Target by
// copying, and the files wall is reported as partial.
type Overlay struct {
	// Lower is the folder with the version's files.
	Lower string
	// Upper keeps what was written.
	Upper string
	// Work is an empty folder on Upper's file system, for the kernel.
	Work string
	// Target is where the merged view appears. It must exist.
	Target string
}

// Limits bound one child and its descendants. Zero means no limit of that kind.
type Limits struct {
	// MemoryBytes bounds what the whole tree keeps in memory: by a control group, else by a watchdog. It also bounds the
	// private data of each process (RLIMIT_DATA); for an Entry on top of what this binary maps by itself
	// (some 70 MB, of which it uses 2; most of the rest is room for Go's heap).
	MemoryBytes int64
	// ReservedBytes come on top of MemoryBytes for each process's data: what its runtime maps and mostly never
	// touches. The tree of an Entry may use them too.
	ReservedBytes int64
	// CPUPercent is a share of one core; 100 is a whole one.
	CPUPercent int
	// Processes bounds processes and threads of the tree, beside the few of the host's own stages.
	Processes int
	// OpenFiles bounds descriptors of each process.
	OpenFiles int
	// FileBytes bounds the size of any one file that is written.
	FileBytes int64
	// DataBytes bounds what the tree keeps on disk: in the writable folders and the overlay's upper one, and in
	// files that have no name any more.
	DataBytes int64
	// Guest says that the Entry runs code that has no system calls of its own, reaches what Jail.Network says and no
	// more, and holds its memory and its data by itself: what is over a limit fails inside.
	Guest bool
	// LogBytesPerSecond bounds what Output is given on average, each line with 80 bytes more; up to two seconds' worth
	// may come at once. What is over it is read and dropped, and one line tells how much.
	LogBytesPerSecond int
}

// Level says how well a wall holds on this machine.
type Level string

// The levels of a wall.
const (
	Enforced Level = "enforced"
	Partial  Level = "partial"
	None     Level = "none"
)

// Wall is one wall around a child, as it really stands.
type Wall struct {
	// Name is network, files, processes, memory, cpu, privileges, environment, disk, descriptors or output; they
	// come in this order.
	Name string `json:"name"`
	// Level is how well it holds.
	Level Level `json:"level"`
	// Reason says by what it is held, or why it is not.
	Reason string `json:"reason"`
}

// Exit is how a child ended.
type Exit struct {
	// Code is the exit code, -1 when a signal ended the child.
	Code int `json:"code"`
	// Signal is the signal's name ("SIGKILL"), or "".
	Signal string `json:"signal,omitempty"`
	// Cause is a sentence for people: "exited with code 1", "memory limit of 128 MB reached: ...".
	Cause string `json:"cause"`
	// Limit names the limit that the program went over: memory, processes, openFiles or data; "" if it was none.
	Limit Limit `json:"limit,omitempty"`
	// Time is when it was reaped.
	Time time.Time `json:"time"`
}
