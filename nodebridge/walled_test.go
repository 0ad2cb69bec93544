package nodebridge_test

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/egress"
	"appzone/host/manifest"
	"appzone/host/process"
)

// outside is what a walled program is let out to.
type outside struct {
	gate   *egress.Gate
	socket *process.Socket
}

// grant opens a way out to some patterns.
func grant(t *testing.T, resolver egress.Resolver, patterns ...string) *outside {
	t.Helper()
	var p egress.Policy
	for _, text := range patterns {
		pattern, err := manifest.ParseOutbound(text)
		require.NoError(t, err)
		p.Outbound = append(p.Outbound, pattern)
	}
	o := &outside{gate: egress.New(egress.Options{Policy: p, Resolver: resolver})}
	var err error
	o.socket, err = process.NewSocket(t.TempDir())
	require.NoError(t, err)
	door := o.gate.Open(o.socket)
	t.Cleanup(door.Close)
	return o
}

// walled runs a program of testdata/programs in a jail with an empty network. out is its only way; nil: it has none.
func walled(t *testing.T, file string, out *outside, env ...string) *jailed {
	t.Helper()
	return walledWith(t, file, out, func(*process.Spec) {}, env...)
}

func walledWith(t *testing.T, file string, out *outside, change func(*process.Spec), env ...string) *jailed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/programs", file))
	require.NoError(t, err)
	s := staged(t, file, map[string]string{file: string(text)})
	return startJailed(t, newRuntime(t), s, defaultMemory, func(spec *process.Spec) {
		spec.Env = append(spec.Env, env...)
		change(spec)
		if out == nil {
			spec.Env = append(spec.Env, "APPZONE_NETWORK=none")
			return
		}
		spec.Jail.Network = process.NetworkEgress
		spec.Jail.Sockets = []string{out.socket.Path}
		spec.Env = append(spec.Env, "APPZONE_NETWORK=egress", "APPZONE_EGRESS="+out.socket.Path)
	})
}

// show lets a walled program see the test's packages, and files.
func show(t *testing.T, files ...string) func(*process.Spec) {
	t.Helper()
	modules := packages(t)
	return func(spec *process.Spec) {
		spec.Jail.ReadOnly = append(append(spec.Jail.ReadOnly, modules), files...)
		spec.Env = append(spec.Env, "NODE_PATH="+modules)
	}
}

// serveTCP answers connections on the loopback, and returns the address.
func serveTCP(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return l.Addr().String()
}

// nobody is an address on which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return port
}

// until waits for the end of a program and returns what it wrote.
func (j *jailed) until(t *testing.T) string {
	t.Helper()
	select {
	case <-j.Done():
	case <-time.After(2 * patience):
		require.Fail(t, "still running", j.text())
	}
	assert.Zero(t, j.Exit().Code, j.Exit().Cause)
	return j.text()
}

// names is a resolver of a few names.
type names map[string]string

func (n names) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	text, ok := n[strings.TrimSuffix(host, ".")]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var all []netip.Addr
	for _, field := range strings.Fields(text) {
		if a := netip.MustParseAddr(field); network == "ip" || a.Is4() == (network == "ip4") {
			all = append(all, a)
		}
	}
	return all, nil
}

// bare runs a program of testdata/programs as anybody would, and returns what it wrote.
func bare(t *testing.T, file string, env ...string) string {
	t.Helper()
	s := stage(t, file)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, nodePath(t), filepath.Join(s.CodeDir, file))
	cmd.Dir, cmd.Env = s.CodeDir, append(env, "PATH="+os.Getenv("PATH"), "TMPDIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func nodePath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath(cmp.Or(os.Getenv("APPZONE_TEST_NODE"), "node"))
	require.NoError(t, err)
	return path
}

// answers are the lines "name: result" that a program wrote.
func answers(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if name, result, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); ok {
			all[name] = result
		}
	}
	return all
}

// expect compares the answers of a program that has ended with those that are wanted, name by name.
func (j *jailed) expect(t *testing.T, want map[string]string) {
	t.Helper()
	got := answers(j.until(t))
	for name, result := range want {
		assert.Equal(t, result, got[name], name)
	}
}
