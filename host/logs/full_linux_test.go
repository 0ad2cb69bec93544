package logs_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"appzone/host/logs"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// F2: on a full disk lines are lost, the child is not held up, and a line tells later.
func TestFullDiskIsReportedAndHoldsUpNobody(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("mounting needs root: %v", err)
	}
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(dir, 0)) })
	ballast, folder := filepath.Join(dir, "ballast"), filepath.Join(dir, "log")
	l, err := logs.Open(logs.Options{Dir: folder, BytesPerSecond: 1 << 30})
	require.NoError(t, err)
	l.Append(noon, logs.Stdout, "before")
	waitStored(t, folder, "before")
	_ = os.WriteFile(ballast, []byte(strings.Repeat("x", 1<<20)), 0o600) // until the disk is full
	for range 5000 {
		l.Append(noon, logs.Stdout, strings.Repeat("y", 50))
	}
	lines, err := l.Tail(logs.MaxTail) // goes to the disk, and so writes what is pending first
	require.NoError(t, err)
	assert.Greater(t, len(lines), 4000, "what the disk refused is still in memory")
	require.NoError(t, os.Remove(ballast))
	l.Append(noon, logs.Stdout, "after")
	waitStored(t, folder, "could not be stored")
	l.Append(noon, logs.Stdout, "end")
	require.NoError(t, l.Close())

	content, _ := stored(t, folder)
	stored := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	assert.Contains(t, stored[0], "before")
	for _, line := range stored {
		assert.True(t, strings.HasPrefix(line, `{"seq":`) && strings.HasSuffix(line, `"}`), "a broken line: %q", line)
	}
	assert.Contains(t, content, "lines could not be stored: no space left on device")
	assert.Contains(t, content, `"after"`)
	assert.Contains(t, content, `"end"`)
}

// waitStored waits until the log's files hold text.
func waitStored(t *testing.T, dir, text string) {
	t.Helper()
	require.Eventually(t, func() bool {
		content, _ := stored(t, dir)
		return strings.Contains(content, text)
	}, 30*time.Second, 20*time.Millisecond)
}
