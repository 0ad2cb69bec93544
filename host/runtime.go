package host

import (
	"context"

	"appzone/host/manifest"
	"appzone/host/process"
)

// Runtime knows how one kind of script plugin is made ready and started. It does not
// supervise: what it returns is a child process that serves HTTP/1.1 on its inherited
// listener, and everything after that is the same for every runtime.
type Runtime interface {
	// Name is the manifest's word for it, "node" or "wasm".
	Name() string
	// Info tells the runtime's version for people, or why it cannot be used here.
	Info(ctx context.Context) RuntimeInfo
	// Inspect reads a staged version's code without running any of it, and returns what a
	// person must know before it is installed: missing entry files, packages that will be
	// fetched, imports that nobody offers.
	Inspect(ctx context.Context, s Staged) (Inspection, error)
	// Prepare makes a staged version runnable: installs dependencies, compiles. It
	// writes below s.PreparedDir only, may be repeated, and ends its children when ctx ends.
	Prepare(ctx context.Context, s Staged, p Progress) error
	// Command returns the child for one instance of a prepared version: program or entry,
	// arguments, environment of the runtime's own, and what its jail must show. The
	// supervisor adds listener, limits, output, the common environment and the plugin's folders.
	Command(ctx context.Context, s Staged, l Launch) (process.Spec, error)
}

// codeRuntimeMissing is the code of what needs a runtime that is not usable here.
const codeRuntimeMissing = "runtime_missing"

// RuntimeInfo is what GET /system shows of a runtime.
type RuntimeInfo struct {
	Name string `json:"name"`
	// Version is empty when the runtime is not usable on this machine.
	Version string `json:"version,omitempty"`
	// Problem says why it is not usable and what to do.
	Problem string `json:"problem,omitempty"`
}

// Staged is a version whose files lie on disk.
type Staged struct {
	Plugin   string
	Version  string
	Manifest *manifest.Manifest
	// CodeDir holds the version's files as they were in the zip, read-only.
	CodeDir string
	// PreparedDir holds what Prepare made (node_modules, compiled code). It belongs to this version alone.
	PreparedDir string
	// InstallScripts says that dependency install scripts, git and file dependencies were granted.
	InstallScripts bool
	// Egress says that network addresses or other plugins were granted.
	Egress bool
}

// Launch is what one instance gets beside its version.
type Launch struct {
	// AppDir is where the child sees its own code: the overlay's target for Node, CodeDir for WASM.
	AppDir string
	// DataDir is the private folder that is kept across versions.
	DataDir string
	// TempDir is an empty folder for this instance, removed at its end.
	TempDir string
	// SettingsFile is the JSON file with the plugin's settings.
	SettingsFile string
	// Egress is the Unix socket on which the program asks the host for connections; empty when it has nothing to ask for.
	Egress string
	// MemoryBytes is the limit that was set for the plugin.
	MemoryBytes int64
	// Env is the common environment that the supervisor made; Command's Spec.Env is added to it.
	Env []string
}

// Inspection is what can be told about a version before it is prepared.
type Inspection struct {
	Findings []Finding `json:"findings"`
	// Dependencies are packages that Prepare will fetch, "express" or "express@^4".
	Dependencies []string `json:"dependencies,omitempty"`
	// Hosts are network addresses that the code names, as suggestions for its permissions.
	Hosts []string `json:"hosts,omitempty"`
}

// Progress is told how far a job's step has come.
type Progress interface {
	// Percent sets the step's progress, 0 to 100.
	Percent(n int)
	// Output adds one line to what the person who waits can read.
	Output(line string)
}

// Severity orders findings.
type Severity string

// The severities.
const (
	SeverityInfo   Severity = "info"
	SeverityLow    Severity = "low"
	SeverityMedium Severity = "medium"
	SeverityHigh   Severity = "high"
)

// Finding is one thing that an administrator should know before consenting.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is stable, "unrestricted_network".
	Code string `json:"code"`
	// Message is one sentence.
	Message string `json:"message"`
	// Path names the file, if it is about one.
	Path string `json:"path,omitempty"`
}
