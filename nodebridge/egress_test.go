package nodebridge_test

import (
	"io"
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
