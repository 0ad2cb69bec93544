package crashtest_test

import (
	"os"
	"strconv"
	"testing"

	"appzone/host/process"
	"appzone/nodebridge"
)

// The child that will be killed is told by these variables what to do.
const (
	childDir  = "CRASHTEST_DIR"
	childKill = "CRASHTEST_KILL_AT"
)

func TestMain(m *testing.M) {
	process.Main(nodebridge.Entries())
	if dir := os.Getenv(childDir); dir != "" {
		at, err := strconv.Atoi(os.Getenv(childKill))
		if err != nil {
			panic(err)
		}
		if os.Getenv(childRotate) != "" {
			rotate(dir, at)
		}
		if os.Getenv(childWebhook) != "" {
			tell(dir, at)
		}
		scenario(dir, at)
		return
	}
	status := m.Run()
	if productDir != "" {
		_ = os.RemoveAll(productDir)
	}
	os.Exit(status)
}
