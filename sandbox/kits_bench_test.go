//go:build !race

package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// connections is how many clients ask at once in the benchmark.
const connections = 16

// contender is one program that answers GET /slow?ms=0 with "slow".
type contender struct {
	dial  func() (net.Conn, error)
	pid   int
	first time.Duration // from the start to the first answer
}

// BenchmarkKits measures the kits' conformance apps against a server in Node.js, all from one run. The rounds of all
// contenders take turns, so that they meet the same neighbours. Run it with
//
//	go test -run '^$' -bench Kits -benchtime 5x ./sandbox
func BenchmarkKits(b *testing.B) {
	names := []string{"node", "c", "rust", "go", "go-nethttp", "js", "js-plain"}
	rates := map[string]float64{}
	contenders := map[string]contender{}
	for _, name := range names {
		if name == "node" {
			contenders[name] = startNode(b)
		} else {
			contenders[name] = startKit(b, name)
		}
	}
	b.ResetTimer()
	for range b.N {
		for _, name := range names {
			rates[name] += rate(b, contenders[name], time.Second) / float64(b.N)
		}
	}
	b.StopTimer()
	if b.N == 1 { // the try that comes before each measurement
		return
	}
	b.Logf("%-12s %10s %10s %14s %10s", "", "requests/s", "of Node's", "first answer", "memory")
	for _, name := range names {
		c := contenders[name]
		b.Logf("%-12s %10.0f %10.2f %14v %7.1f MB", name, rates[name], rates[name]/rates["node"], c.first.Round(time.Millisecond), pss(b, c.pid))
		b.ReportMetric(rates[name]/rates["node"], name+"/node")
	}
}

func startKit(b *testing.B, name string) contender {
	var p *plugin
	if name == "js-plain" { // as little as Node's server does; the conformance app routes, and waits for a timer
		p = script(b, map[string]string{"app/plugin.js": `export default { async fetch() { return new Response("slow"); } };`})
		require.NoError(b, p.prepare())
	} else {
		p = kits[name](b)
	}
	began := time.Now()
	i := p.run()
	i.get("/slow?ms=0")
	first := time.Since(began)
	return contender{dial: func() (net.Conn, error) { return i.listener.Dial(context.Background()) }, pid: i.PID(), first: first}
}

// startNode serves the same answer with Node's own http, without walls.
func startNode(b *testing.B) contender {
	if _, err := exec.LookPath("node"); err != nil {
		b.Skip("Node.js is what the kits are measured against")
	}
	socket := filepath.Join(b.TempDir(), "s")
	cmd := exec.Command("node", "-e", `require("http").createServer((q, a) => a.end("slow")).listen(process.argv[1])`, socket)
	began := time.Now()
	require.NoError(b, cmd.Start())
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	c := contender{dial: func() (net.Conn, error) { return net.Dial("unix", socket) }, pid: cmd.Process.Pid}
	require.Eventually(b, func() bool {
		conn, err := c.dial()
		if err == nil {
			_, err = newClient(conn)
			_ = conn.Close()
		}
		return err == nil
	}, 30*time.Second, time.Millisecond)
	c.first = time.Since(began)
	return c
}

// client asks over one connection, again and again.
type client struct {
	conn   net.Conn
	answer []byte // of the length that every answer has
}

const question = "GET /slow?ms=0 HTTP/1.1\r\nHost: guest\r\nX-AppZone-User: ann\r\nAccept: */*\r\n\r\n"

// newClient asks once and learns the answer's length.
func newClient(conn net.Conn) (*client, error) {
	if _, err := io.WriteString(conn, question); err != nil {
		return nil, err
	}
	res, in := "", bufio.NewReader(conn)
	for !strings.Contains(res, "\r\n\r\n") {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		res += line
	}
	length := len("slow")
	if strings.Contains(res, "Transfer-Encoding: chunked") {
		length = len("4\r\nslow\r\n0\r\n\r\n")
	}
	if _, err := in.Discard(length); err != nil {
		return nil, err
	}
	return &client{conn: conn, answer: make([]byte, len(res)+length)}, nil
}

func (c *client) ask() error {
	if _, err := io.WriteString(c.conn, question); err != nil {
		return err
	}
	_, err := io.ReadFull(c.conn, c.answer)
	return err
}

// rate is how many requests a second are answered.
func rate(b *testing.B, c contender, during time.Duration) float64 {
	var wg sync.WaitGroup
	counts := make([]int, connections)
	began := time.Now()
	for n := range counts {
		wg.Go(func() {
			conn, err := c.dial()
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			asker, err := newClient(conn)
			for err == nil && time.Since(began) < during {
				err = asker.ask()
				counts[n]++
			}
			if err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(began).Seconds()
}

// pss is the memory of a process in MB, with its share of what it has in common with others.
func pss(b *testing.B, pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	require.NoError(b, err)
	_, after, _ := strings.Cut(string(raw), "\nPss:")
	var kb float64
	_, err = fmt.Sscan(after, &kb)
	require.NoError(b, err)
	return kb / 1024
}
