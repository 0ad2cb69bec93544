//go:build !race

package sandbox_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// sshServer is a running OpenSSH server for the user of the tests, and what a client needs to know of it.
type sshServer struct {
	address, user, key, hostKey string
}

// sshd starts OpenSSH's server on loopback, with keys of its own. Where it is not installed the test is skipped, but not in CI.
func sshd(t *testing.T) sshServer {
	t.Helper()
	program, err := exec.LookPath("/usr/sbin/sshd")
	if errors.Is(err, os.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("no OpenSSH server is installed")
	}
	require.NoError(t, err)
	if os.Geteuid() == 0 { // it insists on this folder, which a service manager makes elsewhere
		if err := os.Mkdir("/run/sshd", 0o755); err == nil {
			t.Cleanup(func() { _ = os.Remove("/run/sshd") })
		}
	}
	me, err := user.Current()
	require.NoError(t, err)
	dir := t.TempDir()
	own, client := newKey(t), newKey(t)
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	config := fmt.Sprintf("ListenAddress 127.0.0.1\nPort %s\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\n"+
		"PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nPermitRootLogin prohibit-password\n",
		port, write("host", own.private), write("authorized", client.public))
	cmd := exec.Command(program, "-D", "-e", "-f", write("config", config))
	logged, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	defer logged.Close()
	cmd.Stderr = logged
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			b, _ := os.ReadFile(logged.Name())
			t.Logf("sshd: %s", b)
		}
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 30*time.Second, 10*time.Millisecond)
	return sshServer{address, me.Username, client.private, own.public}
}

// key is a key pair in the formats of OpenSSH.
type key struct{ private, public string }

func newKey(t *testing.T) key {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	shown, err := ssh.NewPublicKey(public)
	require.NoError(t, err)
	return key{string(pem.EncodeToMemory(block)), string(ssh.MarshalAuthorizedKey(shown))}
}
