package host_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No request is refused while a plugin is restarted, not even between the end of the one instance and the start of the next.
func TestNoRequestIsRefusedDuringARestart(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(versionOf("1.0.0"))
	require.Empty(t, r.install("p", true).Error)
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	refused := make(chan error, 64)
	for range 64 {
		asking.Go(func() {
			for ctx.Err() == nil {
				_, release, err := r.Acquire(context.WithoutCancel(ctx), "p")
				if err != nil {
					refused <- err
					return
				}
				release()
			}
		})
	}
	for range 15 {
		job, err := r.Restart(t.Context(), "p", admin)
		require.NoError(t, err)
		r.succeed(job)
	}
	stop()
	asking.Wait()
	close(refused)
	for err := range refused {
		assert.NoError(t, err)
	}
}
