package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// asBinary makes the test's binary be the product's: the tests start it as a program of its own.
const asBinary = "APPZONE_TEST_BINARY"

func TestMain(m *testing.M) {
	process.Main(entries())
	if os.Getenv(asBinary) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// command runs one command line in this process.
func command(t *testing.T, in string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(in), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func TestExitStatuses(t *testing.T) {
	t.Setenv(envServer, "http://127.0.0.1:1")
	t.Setenv(envToken, "")
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"", exitDone, ""},
		{"--help", exitDone, ""},
		{"version", exitDone, ""},
		{"completion bash", exitDone, ""},
		{"nothing", exitUsage, "nothing"},
		{"plugin nothing", exitUsage, "nothing"},
		{"plugin show", exitUsage, "takes ID"},
		{"plugin list --wrong", exitUsage, "wrong"},
		{"plugin list -o xml", exitUsage, "json, table or yaml"},
		{"plugin list --server ftp://x", exitUsage, "is not a URL"},
		{"plugin install x --grant all", exitUsage, "--grant takes"},
		{"plugin install x --allow downgrade,please", exitUsage, "--allow takes downgrade"},
		{"plugin upload x --allow downgrade", exitUsage, "--allow takes replace"},
		{"plugin list", exitFailed, "cannot reach the host"},
		{"validate testdata/missing.zip", exitFailed, "missing.zip"},
	} {
		status, _, errOut := command(t, "", strings.Fields(c.args)...)
		assert.Equal(t, c.status, status, "%s: %s", c.args, errOut)
		assert.Contains(t, errOut, c.says, c.args)
	}
}

// B10: what a plugin says must not steer the terminal of who reads it.
func TestOutputIsSafeForTerminals(t *testing.T) {
	assert.Equal(t, "a·[31mred· ·tail·", clean("a\x1b[31mred\n \u202etail\x07"))
	var b bytes.Buffer
	row(&b, "x\ty", "", 7)
	assert.Equal(t, "x·y\t-\t7\n", b.String())
	var out bytes.Buffer
	a := &app{out: &out}
	require.NoError(t, a.printLine([]byte(`{"time":"2026-01-02T03:04:05Z","stream":"stdout","text":"\u001b]0;title\u0007"}`)))
	assert.NotContains(t, out.String(), "\x1b")
}

func TestFormats(t *testing.T) {
	raw := []byte(`{"b":1,"a":{"c":["x"]}}`)
	for format, want := range map[string]string{formatJSON: "{\n  \"a\": {\n    \"c\": [\n      \"x\"\n    ]\n  },\n  \"b\": 1\n}\n", formatTable: "table\n"} {
		var out bytes.Buffer
		a := &app{out: &out, format: format}
		require.NoError(t, a.print(raw, func(w io.Writer) error { _, err := io.WriteString(w, "table\n"); return err }))
		assert.Equal(t, want, out.String())
	}
	var out bytes.Buffer
	require.NoError(t, (&app{out: &out, format: formatYAML}).print(raw, nil))
	assert.Contains(t, out.String(), "c:\n")
}

// B10: what somebody wrote moves no cursor, whatever the format, and JSON loses nothing.
func TestFormatsAreSafeForATerminal(t *testing.T) {
	text := "x\x1b[2K\u009b31m\u202e\U000e0041\r\nforged"
	raw, err := json.Marshal(map[string]string{"name": text})
	require.NoError(t, err)
	for _, format := range []string{formatJSON, formatYAML} {
		var out bytes.Buffer
		require.NoError(t, (&app{out: &out, format: format}).print(raw, nil))
		assert.NotRegexp(t, `[\x00-\x09\x0b-\x1f\x7f-\x{9f}\p{Cf}]`, out.String(), format)
		if format == formatJSON {
			var back map[string]string
			require.NoError(t, json.Unmarshal(out.Bytes(), &back))
			assert.Equal(t, text, back["name"])
		}
	}
}

// B10: whatever it is, it begins no line and no column of its own.
func TestWhatSomebodyWroteStaysInItsPlace(t *testing.T) {
	for _, text := range []string{"\x1b]0;title\x07", "\u009b2K", "\u202eevil\u2069", "a\r\nforged", "tab\there", "\u2028line\u2029", "\xff\x9b", "=1+1", "\u200bzero\ufeff", "\u0085\v\f\x00\x7f"} {
		const steering = `[\x00-\x1f\x7f-\x{9f}\p{Cf}\p{Zl}\p{Zp}]`
		assert.NotRegexp(t, steering, clean(text))
		assert.NotRegexp(t, steering, escape(strings.ReplaceAll(text, "\n", "")))
		var table bytes.Buffer
		row(&table, text, "end")
		cells := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\t")
		require.Len(t, cells, 2)
		assert.NotRegexp(t, steering, cells[0])
		assert.Equal(t, "end", cells[1])
	}
}

func TestAnInterruptedCommandSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	assert.Equal(t, exitFailed, run(ctx, []string{"plugin", "list", "--server", "http://127.0.0.1:1"}, nil, io.Discard, &stderr))
	assert.Contains(t, stderr.String(), "interrupted")
}
