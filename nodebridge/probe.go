package nodebridge

import (
	"context"
	"os"

	"appzone/host"
	"appzone/host/fault"
)

// Probe tells of Node.js at path (default: node in PATH) what [Runtime.Info] does, without a runtime's folder, and why npm is not
// usable, "" if it is or there is no Node.js.
func Probe(ctx context.Context, path string) (info host.RuntimeInfo, npmProblem string) {
	r := Runtime{options: Options{NodePath: path}}
	info = r.Info(ctx)
	n, failed := r.findNode(ctx)
	if failed != nil {
		return info, ""
	}
	if _, err := r.findNPM(n); err != nil {
		npmProblem = fault.From(err).Message
	}
	return info, npmProblem
}

// Registry is the URL of the package registry that npm is configured with on this machine.
func Registry(ctx context.Context, path string) (string, error) {
	r := Runtime{options: Options{NodePath: path, Dir: os.TempDir()}}
	n, failed := r.findNode(ctx)
	if failed != nil {
		return "", failed
	}
	npm, err := r.findNPM(n)
	if err != nil {
		return "", err
	}
	c, err := r.npmSettings(ctx, n, npm)
	return c.registry, err
}
