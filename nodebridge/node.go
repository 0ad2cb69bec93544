package nodebridge

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"appzone/host/fault"
)

// askTimeout bounds one question to a binary.
const askTimeout = 10 * time.Second

// node is a usable Node.js binary.
type node struct {
	path    string // real, absolute
	version version
	stamp   fs.FileInfo
	// reserved is memory in bytes that a limit counts though nothing of it is used.
	reserved int64
}

// findNode returns the binary to use. The answer is kept until the file changes.
func (r *Runtime) findNode(ctx context.Context) (*node, *fault.Error) {
	path, err := lookNode(r.options.NodePath)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "node_missing",
			"node.js is not usable: install Node.js %d or newer, or set XC_NODE_PATH to its binary", MinimumNode)
	}
	stamp, err := os.Stat(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "node_missing", "node.js is not usable: its binary cannot be read")
	}
	r.nodeMu.Lock()
	defer r.nodeMu.Unlock()
	if n := r.node; n != nil && n.path == path && os.SameFile(n.stamp, stamp) && n.stamp.ModTime().Equal(stamp.ModTime()) {
		return n, nil
	}
	out, err := ask(ctx, path, "--version")
	if err != nil {
		return nil, noVersion(err)
	}
	v, err := parseVersion(out)
	if err != nil {
		return nil, noVersion(err)
	}
	if v.major < MinimumNode {
		return nil, fault.New(fault.Unavailable, "node_too_old",
			"node.js %s is too old: install Node.js %d or newer, or set XC_NODE_PATH to its binary", v, MinimumNode)
	}
	r.node = &node{path: path, version: v, stamp: stamp, reserved: askReserved(ctx, path)}
	return r.node, nil
}

func lookNode(name string) (string, error) {
	if name == "" {
		name = "node"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

func noVersion(err error) *fault.Error {
	return fault.Wrap(err, fault.Unavailable, "node_missing",
		"node.js is not usable: its binary did not tell a version; set XC_NODE_PATH to a working one")
}

func ask(ctx context.Context, path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

const reservedProgram = `console.log(require('fs').readFileSync('/proc/self/status', 'latin1'))`

var dataPattern = regexp.MustCompile(`(?m)^VmData:\s+(\d{1,12}) kB$`)

// reservedMin is more than any version uses before it runs a program.
const reservedMin = 128 << 20

// askReserved tells how much memory a program maps writable before it runs a line. Node.js 23 and
// later take half a gigabyte of addresses for machine code there, where the processor has
// protection keys: a limit on a process's data counts them, so that no smaller limit would let it start.
func askReserved(ctx context.Context, path string) int64 {
	out, err := ask(ctx, path, "-e", reservedProgram)
	if err != nil {
		return 0
	}
	m := dataPattern.FindStringSubmatch(out)
	if m == nil {
		return 0
	}
	kilobytes, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || kilobytes<<10 < reservedMin {
		return 0
	}
	return kilobytes << 10
}
