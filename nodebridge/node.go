package nodebridge

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"appzone/host/fault"
)

// versionTimeout bounds the question for a binary's version.
const versionTimeout = 10 * time.Second

// node is a usable Node.js binary.
type node struct {
	path    string // real, absolute
	version version
	stamp   fs.FileInfo
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.node; n != nil && n.path == path && os.SameFile(n.stamp, stamp) && n.stamp.ModTime().Equal(stamp.ModTime()) {
		return n, nil
	}
	v, err := askVersion(ctx, path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "node_missing",
			"node.js is not usable: its binary did not tell a version; set XC_NODE_PATH to a working one")
	}
	if v.major < MinimumNode {
		return nil, fault.New(fault.Unavailable, "node_too_old",
			"node.js %s is too old: install Node.js %d or newer, or set XC_NODE_PATH to its binary", v, MinimumNode)
	}
	r.node = &node{path: path, version: v, stamp: stamp}
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

func askVersion(ctx context.Context, path string) (version, error) {
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return version{}, err
	}
	return parseVersion(strings.TrimSpace(string(out)))
}
