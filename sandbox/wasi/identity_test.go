package wasi_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"appzone/sandbox/wasi"
)

const eRange = 68

// What a guest passes is checked before anything is looked at, and nothing is written beside the room that it names.
func TestAGuestVerifiesWhoAsks(t *testing.T) {
	asked := ""
	g := start(t, wasi.Options{Identity: func(token string) (string, error) {
		if asked = token; token == "good" {
			return "user=ann\n", nil
		}
		return "", errors.New("it has expired")
	}})
	const memory, token, out, written = 4 << 16, 1024, 2048, 16
	g.put(token, []byte("goodBAD"))
	for name, c := range map[string]struct {
		token, length, out, capacity, written uint64
		errno                                 uint32
		text                                  string
	}{
		"good":                      {token, 4, out, 64, written, 0, "user=ann\n"},
		"just enough room":          {token, 4, out, 9, written, 0, "user=ann\n"},
		"too little room":           {token, 4, out, 8, written, eRange, ""},
		"no room":                   {token, 4, out, 0, written, eRange, ""},
		"bad":                       {token, 7, out, 64, written, eAcces, "it has expired"},
		"bad, little room":          {token, 7, out, 6, written, eAcces, "it has"},
		"none":                      {token, 0, out, 64, written, eAcces, "it has expired"},
		"longer than any":           {token, 1<<32 - 1, out, 64, written, eAcces, "it has expired"},
		"token outside":             {memory - 3, 4, out, 64, written, eFault, ""},
		"room outside":              {token, 4, memory - 3, 64, written, eFault, ""},
		"room that wraps around":    {token, 4, out, 1<<32 - 1, written, eFault, ""},
		"length outside":            {token, 4, out, 64, memory - 3, eFault, ""},
		"all at the last addresses": {1<<32 - 1, 1, 1<<32 - 1, 1, 1<<32 - 1, eFault, ""},
	} {
		asked = ""
		g.put(written, []byte{0, 0, 0, 0})
		g.put(out, []byte(strings.Repeat("-", 64)))
		assert.Equal(t, c.errno, g.call("verify_identity", c.token, c.length, c.out, c.capacity, c.written), name)
		n := g.uint32(written)
		b, _ := g.mod.Memory().Read(out, 64)
		assert.Equal(t, c.text, string(b[:n]), name)
		assert.Equal(t, strings.Repeat("-", 64-int(n)), string(b[n:]), name)
		if c.errno == eFault {
			assert.Empty(t, asked, name)
		}
		assert.LessOrEqual(t, len(asked), 16<<10, name)
	}
}

func TestAGuestWithoutKeysBelievesNobody(t *testing.T) {
	g := start(t, wasi.Options{})
	assert.EqualValues(t, eAcces, g.call("verify_identity", 1024, 0, 2048, 64, 16))
}
