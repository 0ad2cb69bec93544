package guest_test

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	guest "appzone/sandbox/guest/go"
)

func TestListenTakesTheInheritedListener(t *testing.T) {
	address := filepath.Join(t.TempDir(), "s")
	parent, err := net.Listen("unix", address)
	require.NoError(t, err)
	defer parent.Close()
	f, err := parent.(*net.UnixListener).File()
	require.NoError(t, err)
	fd, err := syscall.Dup(int(f.Fd())) // the kit becomes its owner
	require.NoError(t, err)
	require.NoError(t, f.Close())
	t.Setenv("LISTEN_FD", strconv.Itoa(fd))

	l, err := guest.Listen()
	require.NoError(t, err)
	defer l.Close()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "hello")
		}))
	}()
	c, err := net.Dial("unix", address)
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Contains(t, string(b), "hello")
}

func TestListenSaysWhatIsMissing(t *testing.T) {
	for _, fd := range []string{"", "x", "99999"} {
		t.Setenv("LISTEN_FD", fd)
		_, err := guest.Listen()
		assert.Error(t, err, "LISTEN_FD=%q", fd)
	}
}

func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "settings.json")
	v := struct{ Greeting string }{"default"}

	t.Setenv("APPZONE_SETTINGS_FILE", "")
	require.NoError(t, guest.Settings(&v))
	t.Setenv("APPZONE_SETTINGS_FILE", file)
	require.NoError(t, guest.Settings(&v), "no file is no settings")
	assert.Equal(t, "default", v.Greeting)

	require.NoError(t, os.WriteFile(file, []byte(`{"greeting":"hi"}`), 0o600))
	require.NoError(t, guest.Settings(&v))
	assert.Equal(t, "hi", v.Greeting)

	require.NoError(t, os.WriteFile(file, []byte(`{"greeting":`), 0o600))
	assert.ErrorContains(t, guest.Settings(&v), file)
}

func TestDataDir(t *testing.T) {
	t.Setenv("APPZONE_DATA_DIR", "")
	assert.Equal(t, "/data", guest.DataDir())
	t.Setenv("APPZONE_DATA_DIR", "/elsewhere")
	assert.Equal(t, "/elsewhere", guest.DataDir())
}
