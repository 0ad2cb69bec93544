package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzOutput: whatever a plugin or a member wrote, what is printed steers no terminal and begins no line of its own (B10).
func FuzzOutput(f *testing.F) {
	for _, text := range []string{"plain", "\x1b]0;title\x07", "\u009b2K", "\u202eevil\u2069", "a\r\nforged", "tab\there", "\u2028line\u2029", "\xff\x9b", "=1+1", "\u200bzero\ufeff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		harmless := func(out, allowed string) {
			t.Helper()
			require.True(t, utf8.ValidString(out))
			require.LessOrEqual(t, len(out), 12*len(text)+100)
			for _, r := range out {
				require.True(t, strings.ContainsRune(allowed, r) || !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), "%U in %q", r, out)
			}
		}
		harmless(clean(text), "")
		harmless(cleanLines(text), "\n")
		var table bytes.Buffer
		row(&table, text, "end")
		harmless(table.String(), "\t\n")
		require.Equal(t, 1, strings.Count(table.String(), "\t"), "one column each")
		require.Equal(t, 1, strings.Count(table.String(), "\n"), "one row")
		raw, err := json.Marshal(map[string]string{"text": text})
		require.NoError(t, err)
		for _, format := range []string{formatJSON, formatYAML} {
			var out bytes.Buffer
			require.NoError(t, (&app{out: &out, format: format}).print(raw, nil))
			harmless(out.String(), "\n")
		}
	})
}
