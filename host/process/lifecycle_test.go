package process_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

func shell(script string) (process.Spec, *lines) {
	out := &lines{}
	return process.Spec{
		Name: "test-shell", Path: "/bin/sh", Args: []string{"-c", script}, Dir: "/",
		Env: []string{"PATH=/usr/bin:/bin"}, Jail: process.Jail{SystemFiles: true}, Output: out.add,
	}, out
}

func start(t *testing.T, spec process.Spec) *process.Process {
	t.Helper()
	p, err := process.Start(context.Background(), spec)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

func await(t *testing.T, p *process.Process) process.Exit {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the child did not end")
	}
	return p.Exit()
}

func TestExitCodeAndOutput(t *testing.T) {
	spec, out := shell("echo hello; echo oops >&2; exit 7")
	exit := await(t, start(t, spec))
	assert.Equal(t, 7, exit.Code)
	assert.Equal(t, "exited with code 7", exit.Cause)
	assert.Contains(t, out.text(), "hello\n")
	assert.Contains(t, out.text(), "oops\n")
}

func TestEntry(t *testing.T) {
	out := &lines{}
	exit := await(t, start(t, process.Spec{Name: "entry", Entry: "args", Args: []string{"a", "b"}, Env: []string{"X=1"}, Output: out.add}))
	assert.Equal(t, 3, exit.Code)
	assert.Equal(t, "[\"entry\" \"a\" \"b\"] [\"a\" \"b\"]\nX=1\n", out.text())
}
