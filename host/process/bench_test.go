package process_test

import (
	"context"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// The difference of the first two is what the jail costs a start.
func BenchmarkExec(b *testing.B) {
	for b.Loop() {
		require.NoError(b, exec.Command("/bin/true").Run())
	}
}

func BenchmarkStart(b *testing.B) {
	spec := process.Spec{Name: "true", Path: "/bin/true", Jail: process.Jail{SystemFiles: true}}
	benchmark(b, spec)
}

func BenchmarkStartEntry(b *testing.B) {
	benchmark(b, process.Spec{Name: "nothing", Entry: "nothing"})
}

func benchmark(b *testing.B, spec process.Spec) {
	process.Machine()
	for b.Loop() {
		p, err := process.Start(context.Background(), spec)
		require.NoError(b, err)
		<-p.Done()
	}
}
