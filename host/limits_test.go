package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/process"
)

// hoardingPlugin serves, and fills its data folder in small pieces.
func hoardingPlugin(args []string) int {
	go func() {
		for n := 0; ; n++ {
			name := filepath.Join(os.Getenv("APPZONE_DATA_DIR"), fmt.Sprint("piece", n))
			if os.WriteFile(name, make([]byte, 256<<10), 0o600) != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return servePlugin(args)
}

// F2: a program that keeps too much on disk is ended, says why, and does not start again before there is room.
func TestDataIsLimited(t *testing.T) {
	if process.Machine().System != "linux" {
		t.Skip("nothing watches here, and the wall says so")
	}
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "hoarding"}} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"limits":{"dataMB":2}`))
	r.install("p", true)
	require.Eventually(t, func() bool { return r.view("p").State == host.Failed }, 60*time.Second, 20*time.Millisecond)
	v := r.view("p")
	require.NotNil(t, v.LastExit)
	assert.Contains(t, v.LastExit.Cause, "data limit of 2 MB reached (it uses ")
	assert.Equal(t, process.LimitData, v.LastExit.Limit)
	assert.Equal(t, "delete files of its data, or raise limits.dataMB", v.LastExit.Hint)

	job, err := r.Start(r.Context(), "p", admin)
	require.NoError(t, err)
	job = r.wait(job)
	require.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "data_full", job.Error.Code)
	assert.Contains(t, job.Error.Detail, "data limit of 2 MB reached")
}

// F10: the walls of a script name every limit.
func TestWallsNameEveryLimit(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	var names []string
	for _, w := range r.view("p").Walls {
		names = append(names, w.Name)
		assert.NotEmpty(t, w.Reason)
	}
	machine, err := r.System(r.Context())
	require.NoError(t, err)
	for _, w := range machine.Walls { // which are of no plugin, and have no limits to tell
		assert.NotRegexp(t, `\b[0-9]+ (bytes|MB)\b`, w.Reason, w.Name)
	}
	assert.Equal(t, []string{"network", "files", "processes", "memory", "cpu", "privileges", "environment", "disk", "descriptors", "output"}, names)
}
