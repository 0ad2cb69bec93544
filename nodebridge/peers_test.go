package nodebridge_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// Stand-ins of servers: as much of each protocol as one session with one question takes. MySQL's is the package mysql2's own, and
// SSH's is x/crypto's.

// servePostgres greets, and answers each query with one row.
func servePostgres(c net.Conn) {
	message := func(kind byte, body string) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
	}
	ready := message('Z', "I")
	in := bufio.NewReader(c)
	for started := false; ; {
		kind := byte('S')
		if started {
			kind, _ = in.ReadByte()
		}
		var size uint32
		if binary.Read(in, binary.BigEndian, &size) != nil || size < 4 || size > 4096 {
			return
		}
		body := make([]byte, size-4)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		switch {
		case !started && binary.BigEndian.Uint32(body) == 80877103: // asks for TLS
			_, _ = io.WriteString(c, "N")
		case !started:
			started = true
			_, _ = c.Write(append(message('R', "\x00\x00\x00\x00"), ready...))
		case kind == 'Q':
			row := message('T', "\x00\x01answer\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\xff\xff\xff\xff\xff\xff\x00\x00")
			row = append(row, message('D', "\x00\x01\x00\x00\x00\x0242")...)
			row = append(row, message('C', "SELECT 1\x00")...)
			_, _ = c.Write(append(row, ready...))
		}
	}
}

// serveRedis answers GET with 42, and everything else with OK.
func serveRedis(c net.Conn) {
	in := bufio.NewReader(c)
	for {
		var n int
		if _, err := fmt.Fscanf(in, "*%d\r\n", &n); err != nil {
			return
		}
		var words []string
		for range n {
			var size int
			if _, err := fmt.Fscanf(in, "$%d\r\n", &size); err != nil || size > 4096 {
				return
			}
			word := make([]byte, size+2)
			if _, err := io.ReadFull(in, word); err != nil {
				return
			}
			words = append(words, string(word[:size]))
		}
		answer := "+OK\r\n"
		if strings.EqualFold(words[0], "GET") {
			answer = "$2\r\n42\r\n"
		}
		_, _ = io.WriteString(c, answer)
	}
}

// serveSSH lets anybody in and answers each command.
func serveSSH(t *testing.T) func(net.Conn) {
	_, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	config := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(signer)
	return func(c net.Conn) {
		_, channels, requests, err := ssh.NewServerConn(c, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		for one := range channels {
			channel, asked, err := one.Accept()
			if err != nil {
				return
			}
			for r := range asked {
				_ = r.Reply(r.Type == "exec", nil)
				if r.Type == "exec" {
					_, _ = io.WriteString(channel, "42")
					_ = channel.Close()
				}
			}
		}
	}
}

// serveTDS is SQL Server without encryption.
func serveTDS(c net.Conn) {
	var wide bytes.Buffer
	_ = binary.Write(&wide, binary.LittleEndian, utf16.Encode([]rune("answer")))
	name := "\x06" + wide.String()
	done := "\xfd\x00\x00\x00\x00" + strings.Repeat("\x00", 8)
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		body := make([]byte, max(0, int(binary.BigEndian.Uint16(head[2:]))-8))
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		var answer string
		switch head[0] {
		case 0x12: // prelogin: the version, and that there is no encryption
			answer = "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff" + "\x0c\x00\x07\xd0\x00\x00" + "\x02"
		case 0x10: // login
			ack := "\x01\x74\x00\x00\x04" + name + "\x0c\x00\x07\xd0"
			answer = "\xad" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(ack)))) + ack + done
		case 0x01: // a batch
			answer = done
			if bytes.Contains(body, wide.Bytes()) {
				answer = "\x81\x01\x00" + "\x00\x00\x00\x00\x00\x00\x38" + name + "\xd1\x2a\x00\x00\x00" + done
			}
		default:
			return
		}
		out := binary.BigEndian.AppendUint16([]byte{4, 1}, uint16(len(answer)+8))
		_, _ = c.Write(append(append(out, 0, 0, 1, 0), answer...))
	}
}

// serveMongo says to each command that it is a server and that all is well.
func serveMongo(c net.Conn) {
	var fields []byte
	for name, value := range map[string]int32{"maxWireVersion": 21, "minWireVersion": 0, "maxBsonObjectSize": 16 << 20, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000} {
		fields = binary.LittleEndian.AppendUint32(append(fields, "\x10"+name+"\x00"...), uint32(value))
	}
	for _, name := range []string{"ismaster", "isWritablePrimary", "helloOk"} {
		fields = append(fields, "\x08"+name+"\x00\x01"...)
	}
	fields = binary.LittleEndian.AppendUint64(append(fields, "\x01ok\x00"...), math.Float64bits(1))
	document := append(binary.LittleEndian.AppendUint32(nil, uint32(len(fields)+5)), append(fields, 0)...)
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, c, int64(binary.LittleEndian.Uint32(head))-16); err != nil {
			return
		}
		body, operation := append([]byte{0, 0, 0, 0, 0}, document...), uint32(2013)
		if binary.LittleEndian.Uint32(head[12:]) == 2004 { // the old way to ask
			body, operation = append(append(make([]byte, 16), 1, 0, 0, 0), document...), 1
		}
		out := binary.LittleEndian.AppendUint32(nil, uint32(16+len(body)))
		out = append(binary.LittleEndian.AppendUint32(out, 1), head[4:8]...)
		_, _ = c.Write(append(binary.LittleEndian.AppendUint32(out, operation), body...))
	}
}
