package tree_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/tree"
)

// F2: a program that puts a pipe in a folder's place while the host looks through its files holds nobody up.
func TestAPipeInAFoldersPlaceIsNotWaitedFor(t *testing.T) {
	root := t.TempDir()
	folder, pipe := filepath.Join(root, "a"), filepath.Join(root, "b")
	require.NoError(t, unix.Mkdir(folder, 0o700))
	require.NoError(t, unix.Mkfifo(pipe, 0o600))
	stop, swapped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(swapped)
		for {
			select {
			case <-stop:
				return
			default:
				_ = unix.Renameat2(unix.AT_FDCWD, folder, unix.AT_FDCWD, pipe, unix.RENAME_EXCHANGE)
			}
		}
	}()
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		for range 20_000 {
			_, _, _ = tree.Usage(root)
		}
	}()
	select {
	case <-looked:
	case <-time.After(time.Minute):
		assert.Fail(t, "it waits for the pipe's other end")
	}
	close(stop)
	<-swapped
	for _, name := range []string{folder, pipe} { // lets go what waits
		if fd, err := unix.Open(name, unix.O_RDWR|unix.O_NONBLOCK, 0); err == nil {
			defer unix.Close(fd)
		}
	}
	<-looked
}
