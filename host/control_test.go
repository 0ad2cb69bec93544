package host_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// Rows B10, F2: the control channel is the program's to write. It does not flood the log, nor speak as the host.
func TestNoticesOfAProgramAreBoundedAndItsOwn(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "noisy"}} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	lines, err := r.LogTail(t.Context(), "p", 2000)
	require.NoError(t, err)
	notices := 0
	for _, l := range lines {
		assert.NotEqual(t, "started version 9 (pid 1)", l.Text)
		if l.Text == "notice of the program: started version 9 (pid 1)" {
			notices++
		}
	}
	assert.Equal(t, 50, notices)
}
