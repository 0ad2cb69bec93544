package nodebridge_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

func init() { attackProgram = attack }

// ordinary is the user id under which the attacks are repeated.
const ordinary = 65534

// D7, E2, E3, F3: a program that means harm does not get past the network wall, whatever it uses. What it reached would be seen where
// it arrives: at listeners of this machine that were not granted.
func TestNothingGetsPastTheNetworkWall(t *testing.T) {
	for name, granted := range map[string]bool{"with a grant": true, "without": false} {
		t.Run(name, func(t *testing.T) { attackFromInside(t, granted) })
	}
}

// The same attacks by an ordinary user's host.
func TestNothingGetsPastTheNetworkWallOfAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		return // TestNothingGetsPastTheNetworkWall was it already
	}
	dir, err := os.MkdirTemp("", "ordinary")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary := filepath.Join(dir, "test")
	copyFile(t, os.Args[0], binary, 0o755)
	require.NoError(t, os.CopyFS(filepath.Join(dir, "testdata", "programs"), os.DirFS("testdata/programs")))
	require.NoError(t, os.Chmod(dir, 0o777))
	cmd := exec.Command(binary, "-test.run=^TestNothingGetsPastTheNetworkWall$", "-test.v")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Dir(nodePath(t)) + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "APPZONE_TEST_NODE=" + os.Getenv("APPZONE_TEST_NODE")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary}}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: TestNothingGetsPastTheNetworkWall")
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	text, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, text, mode))
	require.NoError(t, os.Chmod(to, mode))
}

// canary counts what arrives at places that were not granted.
type canary struct {
	arrived                          atomic.Int64
	loopback, lan, abstract, hostile string
}

func watch(t *testing.T) *canary {
	t.Helper()
	c := &canary{abstract: fmt.Sprintf("appzone-canary-%d", os.Getpid()), hostile: filepath.Join(t.TempDir(), "s")}
	c.loopback = c.listen(t, "127.0.0.1")
	c.lan = c.listen(t, ownAddress(t))
	for _, name := range []string{"@" + c.abstract, c.hostile} {
		l, err := net.Listen("unix", name)
		require.NoError(t, err)
		c.count(t, l)
	}
	return c
}

// listen counts TCP connections and datagrams on one address.
func (c *canary) listen(t *testing.T, host string) string {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	c.count(t, l)
	u, err := net.ListenPacket("udp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { u.Close() })
	go func() {
		for {
			if _, _, err := u.ReadFrom(make([]byte, 64)); err != nil {
				return
			}
			c.arrived.Add(1)
		}
	}()
	return l.Addr().String()
}

func (c *canary) count(t *testing.T, l net.Listener) {
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.arrived.Add(1)
			conn.Close()
		}
	}()
}

// ownAddress is one of this machine's that is not the loopback, or another of the loopback where it has none.
func ownAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	return "127.0.0.2"
}

func attackFromInside(t *testing.T, granted bool) {
	c := watch(t)
	greeter := serveTCP(t, greet)
	var out *outside
	if granted {
		rebound := names{"granted.example.com": "192.0.2.1", "rebound.example.com": "127.0.0.1 169.254.169.254"}
		out = grant(t, rebound, greeter, "granted.example.com:443", "rebound.example.com:"+portOf(t, c.loopback), "0.0.0.0/0:80")
	}
	attacker := filepath.Join(t.TempDir(), "attacker")
	copyFile(t, os.Args[0], attacker, 0o755)
	j := walledWith(t, "net-escape.js", out, func(spec *process.Spec) {
		spec.Jail.ReadOnly = append(spec.Jail.ReadOnly, attacker)
	}, "CANARY="+c.loopback, "LAN="+c.lan, "ABSTRACT="+c.abstract, "HOST_SOCKET="+c.hostile, "GREETER="+greeter, "ATTACKER="+attacker)
	for _, w := range j.Walls() {
		if w.Name == "network" {
			require.Equal(t, process.Enforced, w.Level, w.Reason)
		}
	}
	select {
	case <-j.Done():
	case <-time.After(6 * patience):
		require.Fail(t, "still running", j.text())
	}
	got := answers(j.text())
	assert.Equal(t, "reached", got["end"], "the program came to its end")
	tried := 0
	for name, outcome := range got {
		assert.NotContains(t, outcome, "REACHED", name)
		assert.NotContains(t, outcome, "NOT ANSWERED", name)
		if strings.HasPrefix(name, "elf ") {
			tried++
		}
	}
	assert.Equal(t, len(attempts()), tried, "attempts of the ELF")
	assert.Zero(t, c.arrived.Load(), "arrived where nothing was granted")
}
