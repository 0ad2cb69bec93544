package sandbox_test

import (
	"os"
	"testing"

	"appzone/host/process"
	"appzone/sandbox"
)

func TestMain(m *testing.M) {
	process.Main(sandbox.Entries())
	code := m.Run()
	_ = os.RemoveAll(guestDir())
	os.Exit(code)
}
