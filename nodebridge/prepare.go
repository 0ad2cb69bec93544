package nodebridge

import (
	"context"

	"appzone/host"
)

func (r *Runtime) Inspect(ctx context.Context, s host.Staged) (host.Inspection, error) {
	return host.Inspection{}, nil
}
func (r *Runtime) Prepare(ctx context.Context, s host.Staged, p host.Progress) error { return nil }
