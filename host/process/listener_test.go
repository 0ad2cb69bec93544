package process_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

func listen(t *testing.T, dir string) *process.Listener {
	t.Helper()
	l, err := process.NewListener(dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func get(l *process.Listener) (string, error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) }}
	response, err := (&http.Client{Transport: transport}).Get("http://child/")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func TestListenerIsHandedDown(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		l := listen(t, t.TempDir())
		spec, out := entry("serve")
		spec.Listener = l
		p := start(t, spec)
		body, err := get(l)
		require.NoError(t, err)
		assert.Equal(t, "served", body)
		out.await(t, "\n")
		words := strings.Fields(out.text())
		require.Len(t, words, 2)
		assert.Equal(t, words[1], words[0], "LISTEN_PID is its own process id")

		p.Kill()
		_, err = l.Dial(context.Background())
		assert.Error(t, err, "a dial fails at once when the child is gone")

		_, err = process.Start(context.Background(), spec)
		assert.ErrorContains(t, err, "no process could be started", "a listener is for one instance")
	})
}

func TestListenPIDIsTheProgramsOwn(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell("echo $$ $LISTEN_PID $LISTEN_FD $LISTEN_FDS")
		spec.Listener = listen(t, t.TempDir())
		run(t, spec)
		words := strings.Fields(out.text())
		require.Len(t, words, 4)
		assert.Equal(t, words[0], words[1])
		assert.Equal(t, []string{"3", "1"}, words[2:])
	})
}

// D14, D7: nobody else can find the way to an instance.
func TestNoPathLeadsToAListener(t *testing.T) {
	dir := t.TempDir()
	l := listen(t, dir)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "the socket's path and folder are gone")

	connection, err := l.Dial(context.Background())
	require.NoError(t, err, "and the host still dials")
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = l.Dial(context.Background())
	assert.ErrorIs(t, err, net.ErrClosed)
	_ = connection.Close()
}

func TestListenerInAFolderWithALongPath(t *testing.T) {
	for _, length := range []int{60, 90, 107, 200} {
		dir := t.TempDir()
		for len(dir) < length {
			dir = filepath.Join(dir, strings.Repeat("d", min(50, max(1, length-len(dir)-1))))
		}
		require.NoError(t, os.MkdirAll(dir, 0o700))
		c, err := listen(t, dir).Dial(context.Background())
		require.NoError(t, err, length)
		_ = c.Close()
	}
	_, err := process.NewListener("/no/such/folder")
	assert.Error(t, err)
}

func TestListenerRefusesWhenItsBacklogIsFull(t *testing.T) {
	l := listen(t, t.TempDir())
	var connections []net.Conn
	defer func() {
		for _, c := range connections {
			_ = c.Close()
		}
	}()
	for range 600 {
		c, err := l.Dial(context.Background())
		if err != nil {
			return
		}
		connections = append(connections, c)
	}
	require.Fail(t, "600 dials that nobody accepts")
}

func TestListenerIsClosedWhileItIsDialled(t *testing.T) {
	for range 20 {
		l := listen(t, t.TempDir())
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if c, err := l.Dial(context.Background()); err == nil {
					_ = c.Close()
				}
			})
		}
		all.Go(func() { _ = l.Close() })
		all.Wait()
	}
}
