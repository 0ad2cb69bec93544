//go:build !race

package sandbox_test

import (
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// Packets and tokens of TDS, as far as this file speaks it.
const (
	tdsBatch    = 1
	tdsReply    = 4
	tdsLogin    = 16
	tdsPrelogin = 18

	tokenColumns  = 0x81
	tokenLoginAck = 0xad
	tokenRow      = 0xd1
	tokenDone     = 0xfd
)

// sqlServer is a stand-in for SQL Server, whose licence and size keep it out of tests: the hand-shake without encryption, any
// login, and "SELECT n" as a batch, which it answers with one row of n. It returns its address.
func sqlServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for answerTDS(c) == nil {
				}
			}()
		}
	}()
	return l.Addr().String()
}

// answerTDS reads one message and answers it.
func answerTDS(c net.Conn) error {
	kind, message, err := readTDS(c)
	if err != nil {
		return err
	}
	switch kind {
	case tdsPrelogin: // version 16.0, no encryption
		return writeTDS(c, []byte{0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2})
	case tdsLogin:
		name := wide("stand-in")
		ack := append([]byte{1, 0x74, 0, 0, 4, byte(len(name) / 2)}, name...)
		ack = append(ack, 16, 0, 0, 0)
		return writeTDS(c, append(binary.LittleEndian.AppendUint16([]byte{tokenLoginAck}, uint16(len(ack))), append(ack, done(0)...)...))
	case tdsBatch:
		headers := binary.LittleEndian.Uint32(message)
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(narrow(message[headers:]), "SELECT")))
		if err != nil {
			return err
		}
		answer := []byte{tokenColumns, 1, 0, 0, 0, 0, 0, 0, 0, 0x38, 0, tokenRow}
		return writeTDS(c, append(binary.LittleEndian.AppendUint32(answer, uint32(n)), done(1)...))
	}
	return io.EOF
}

func done(rows byte) []byte { return []byte{tokenDone, 0x10, 0, 0xc1, 0, rows, 0, 0, 0, 0, 0, 0, 0} }

// readTDS reads a message of one or more packets.
func readTDS(r io.Reader) (kind byte, message []byte, err error) {
	var head [8]byte
	for head[1]&1 == 0 { // the last packet has this bit
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, nil, err
		}
		size := int(binary.BigEndian.Uint16(head[2:])) - len(head)
		if size < 0 {
			return 0, nil, io.ErrUnexpectedEOF
		}
		part := make([]byte, size)
		if _, err := io.ReadFull(r, part); err != nil {
			return 0, nil, err
		}
		message = append(message, part...)
	}
	return head[0], message, nil
}

func writeTDS(w io.Writer, message []byte) error {
	packet := binary.BigEndian.AppendUint16([]byte{tdsReply, 1}, uint16(len(message)+8))
	_, err := w.Write(append(append(packet, 0, 0, 1, 0), message...))
	return err
}

// wide and narrow are UTF-16, as TDS has text.
func wide(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

func narrow(b []byte) string {
	var units []uint16
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
