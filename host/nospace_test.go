package host_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// A disk that is full, and a quota that is, are told alike.
func TestAFullQuotaIsAFullDisk(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		r := newRig(t, func(c *host.Config) {
			c.Runtimes = []host.Runtime{ownRuntime{prepare: func(context.Context, host.Staged, host.Progress) error { return full }}}
		})
		r.mustUpload(versionOf("1.0.0"))
		job := r.install("p", false)
		require.NotNil(t, job.Error)
		assert.Equal(t, "disk_full", job.Error.Code)
	}
}
