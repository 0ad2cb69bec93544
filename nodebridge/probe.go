package nodebridge

import (
	"context"

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
