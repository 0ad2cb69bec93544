package nodebridge_test

import (
	"io"
	"maps"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
)

// greet says hello and echoes until the end.
func greet(c net.Conn) {
	_, _ = io.WriteString(c, "hello\n")
	_, _ = io.Copy(c, c)
}

// A socket of an unchanged program behaves as that of the same program on the machine's own network.
func TestTCPThroughTheEgress(t *testing.T) {
	greeter := serveTCP(t, greet)
	received := make(chan int64, 1)
	ender := serveTCP(t, func(c net.Conn) {
		_ = c.(*net.TCPConn).CloseWrite()
		n, _ := io.Copy(io.Discard, c)
		received <- n
	})
	closed := nobody(t)
	out := grant(t, names{"granted.example.com": "127.0.0.1"}, greeter, ender, closed, "granted.example.com:"+portOf(t, greeter), "gone.example.com:443")
	env := []string{"GREETER=" + greeter, "ENDER=" + ender, "CLOSED=" + closed}
	want := answers(bare(t, "net-tcp.js", env...))
	assert.EqualValues(t, 100000, <-received)
	for name, result := range map[string]string{ // what no network of a test has
		"by name":           `["lookup",null,"127.0.0.1",4,"granted.example.com","connect","127.0.0.1"]`,
		"denied":            `{"code":"EACCES","errno":-13,"syscall":"connect","address":"192.0.2.1","port":443,"message":"connect EACCES 192.0.2.1:443: 192.0.2.1:443 is not granted: name it in permissions.network.outbound, and have it granted"}`,
		"denied by name":    `{"code":"EACCES","errno":-13,"syscall":"connect","address":"other.example.com","port":443}`,
		"unknown name":      `{"code":"ENOTFOUND","errno":-3008,"syscall":"getaddrinfo","hostname":"gone.example.com"}`,
		"name that is none": `{"code":"ENOTFOUND","errno":-3008,"syscall":"getaddrinfo","hostname":"a b\r\nHost: x"}`,
	} {
		want[name] = result
	}
	walled(t, "net-tcp.js", out, env...).expect(t, want)
	assert.EqualValues(t, 100000, <-received)
}

// Descendants that run Node have the same network; others have none, and the log says so.
func TestDescendantsReachWhatTheProgramDoes(t *testing.T) {
	greeter := serveTCP(t, greet)
	j := walled(t, "net-kin.js", grant(t, nil, greeter), "GREETER="+greeter)
	want := map[string]string{"arguments": `["[2,null,null]"]`, "not Node.js": "1"}
	for _, name := range []string{
		"worker thread", "worker thread with options of its own", "forked", "forked with an environment of its own", "cluster", "spawned",
		"spawned with an environment of its own", "execFileSync", "spawnSync", "by a shell", "child of a child",
	} {
		want[name] = `"hello"`
	}
	j.expect(t, want)
	assert.Contains(t, j.text(), "appzone: a child process that is not Node.js has no network (cat)")
}

func TestNamesAreResolvedByTheHost(t *testing.T) {
	greeter := serveTCP(t, greet)
	known := names{"granted.example.com": "2001:db8::1 192.0.2.1 192.0.2.2", "four.example.com": "192.0.2.4", "service.example.com": "127.0.0.1"}
	out := grant(t, known, greeter, "granted.example.com:443", "four.example.com:443", "gone.example.com:443", "service.example.com:"+portOf(t, greeter))
	j := walled(t, "net-names.js", out, "GREETER="+greeter)
	all := `[{"address":"2001:db8::1","family":6},{"address":"192.0.2.1","family":4},{"address":"192.0.2.2","family":4}]`
	j.expect(t, map[string]string{
		"lookup":                        `["2001:db8::1",6]`,
		"lookup all":                    "[" + all + "]",
		"lookup 6":                      `["2001:db8::1",6]`,
		"lookup IPv4":                   `["192.0.2.1",4]`,
		"lookup ipv4first":              `[[{"address":"192.0.2.1","family":4},{"address":"192.0.2.2","family":4},{"address":"2001:db8::1","family":6}]]`,
		"lookup mapped":                 `["::ffff:192.0.2.4",6]`,
		"lookup none of the family":     `{"code":"ENOTFOUND","syscall":"getaddrinfo","hostname":"four.example.com"}`,
		"lookup of an address":          `["192.0.2.7",4]`,
		"lookup of an address, all":     `[[{"address":"2001:db8::7","family":6}]]`,
		"lookup of nothing":             `[null,4]`,
		"lookup localhost":              `["127.0.0.1",4]`,
		"lookup denied":                 `{"code":"EACCES","syscall":"getaddrinfo","hostname":"other.example.com"}`,
		"lookup unknown":                `{"code":"ENOTFOUND","syscall":"getaddrinfo","hostname":"gone.example.com"}`,
		"promisified":                   `{"address":"2001:db8::1","family":6}`,
		"promises.lookup":               `{"address":"2001:db8::1","family":6}`,
		"promises.lookup all":           all,
		"promises.lookup of an address": `{"address":"::1","family":6}`,
		"promises.lookup denied":        `{"code":"EACCES","hostname":"other.example.com"}`,
		"resolve4":                      `[["192.0.2.1","192.0.2.2"]]`,
		"resolve4 ttl":                  `[[{"address":"192.0.2.1","ttl":0},{"address":"192.0.2.2","ttl":0}]]`,
		"resolve6":                      `[["2001:db8::1"]]`,
		"resolve":                       `[["192.0.2.1","192.0.2.2"]]`,
		"resolve AAAA":                  `[["2001:db8::1"]]`,
		"resolve denied":                `{"code":"EACCES","syscall":"queryA","hostname":"other.example.com"}`,
		"promises.resolve4":             `["192.0.2.1","192.0.2.2"]`,
		"Resolver":                      `[["192.0.2.1","192.0.2.2"]]`,
		"promises.Resolver":             `["2001:db8::1"]`,
		"resolveMx":                     `{"code":"ENOTSUP","syscall":"resolveMx","hostname":"granted.example.com"}`,
		"resolve TXT":                   `{"code":"ENOTSUP","syscall":"resolveTxt","hostname":"granted.example.com"}`,
		"promises.resolveSrv":           `{"code":"ENOTSUP","hostname":"granted.example.com"}`,
		"reverse":                       `{"code":"ENOTSUP","syscall":"reverse","hostname":"192.0.2.7"}`,
		"lookup without a callback":     `"ERR_INVALID_ARG_TYPE"`,
		"imported":                      `[true,true,true]`,
		"what was resolved is dialled":  `"hello"`,
	})
	assert.Contains(t, j.text(), "appzone: dns.setServers has no effect")
	assert.Contains(t, j.text(), "appzone: the host resolves names to addresses (A and AAAA) alone")
}

// The loopback of a program is its own: its port, which nothing opens, and its children's. With a grant it is also the machine's.
func TestLoopbackOfAWalledProgram(t *testing.T) {
	greeter := serveTCP(t, greet)
	own := map[string]string{
		"by name": `"own /a 127.0.0.1 9006"`, "by address": `"own /b 127.0.0.1 9006"`, "by IPv6": `"own /c 127.0.0.1 9006"`,
		"by fetch": `"own /d 127.0.0.1 9006"`, "many": `true`, "a raw server of its own": `"raw"`, "closed": `"ECONNREFUSED"`,
	}
	for name, out := range map[string]*outside{"with grants": grant(t, nil, "localhost:"+portOf(t, greeter)), "without": nil} {
		t.Run(name, func(t *testing.T) {
			want := maps.Clone(own)
			want["a child"] = `"child"`
			want["nobody"] = `{"code":"ECONNREFUSED","address":"127.0.0.1","port":7008}`
			want["UDP"] = `["ENOTSUP","send ENOTSUP: UDP does not leave the plugin: the host connects by TCP alone"]`
			want["UDP by event"], want["UDP connected"], want["UDP inside"] = `"ENOTSUP"`, `"ENOTSUP"`, `"inside"`
			if out != nil {
				want["granted"] = `"hello\n"`
				want["elsewhere"] = `["EACCES","connect EACCES api.example.com:443: api.example.com:443 is not granted: name it in permissions.network.outbound, and have it granted"]`
			} else {
				want["granted"] = `"ECONNREFUSED"`
				want["elsewhere"] = `["EACCES","connect EACCES api.example.com:443: the plugin was not granted this address; name it in permissions.network.outbound of the manifest and have that granted"]`
			}
			j := walled(t, "net-own.js", out, "GREETER="+greeter)
			j.expect(t, want)
			assert.Contains(t, j.text(), `appzone: nothing in the plugin listens on port 7008: a service of the host's machine is reached once "localhost:7008" is granted`)
		})
	}
	t.Run("on the host's network", func(t *testing.T) {
		p := start(t, "net-own.js")
		assert.Equal(t, "code 0", p.exit(t))
		got := answers(p.text())
		for name, result := range own {
			assert.Equal(t, result, got[name], name)
		}
	})
}
