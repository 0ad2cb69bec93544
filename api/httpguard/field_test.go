package httpguard_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/api/httpguard"
)

// FuzzNextField checks what whoever writes a field anew relies on.
func FuzzNextField(f *testing.F) {
	for _, s := range []string{
		"Host: a\r\nX-B:  c \t\r\n\r\n", "A:b\n\n", "A: b\r\n folded\r\n\r\n", ": x\r\n", "A : b\r\n", "A: b\rc\r\n", "A: \x00\r\n", "\r\nrest", "A: b",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, block []byte, bareLF bool) {
		for len(block) > 0 {
			name, value, rest, err := httpguard.NextField(block, bareLF)
			if err != nil {
				require.Empty(t, name)
				return
			}
			require.Less(t, len(rest), len(block), "it moves on")
			require.False(t, bytes.ContainsAny(name, " \t\r\n:\x00"))
			require.False(t, bytes.ContainsAny(value, "\r\n\x00"))
			if len(name) == 0 {
				return
			}
			block = rest
		}
	})
}
