package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/audit"
)

// fails runs a command that must fail with status 1, and returns what it wrote.
func (b *binary) fails(args ...string) (out, errOut string) {
	b.t.Helper()
	status, out, errOut := command(b.t, "", append(args, "--server", b.url)...)
	require.Equal(b.t, exitFailed, status, "%v: %s", args, out)
	return out, errOut
}

// H7: the trail is read, exported and checked, here and where no host is.
func TestTheAuditTrailOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	b := serve(t, filepath.Join(dir, "data"))
	b.first()
	b.cli("token", "create", "another")
	assert.Contains(t, b.cli("audit", "list"), "token.created")
	assert.NotContains(t, b.cli("audit", "list", "--kind", "member."), "token.created")
	assert.Equal(t, 2, strings.Count(b.cli("audit", "list", "--limit", "1"), "\n"), "a head and a line")
	assert.Contains(t, b.cli("audit", "list", "--since", "1h", "--outcome", "done"), "token.created")

	file := filepath.Join(dir, "trail.ndjson")
	b.cli("audit", "export", "-f", file)
	assert.Contains(t, b.cli("audit", "verify"), "whole")
	assert.Contains(t, b.cli("audit", "verify", "--file", file), "whole")
	var report audit.Report
	require.NoError(t, json.Unmarshal([]byte(b.cli("audit", "verify", "-o", "json")), &report))
	kept := report.Head.String()
	b.cli("audit", "verify", "--head", kept)
	b.cli("audit", "verify", "--head", kept, "--file", file)
	_, said := b.fails("audit", "verify", "--head", strings.Replace(kept, ":", "9:", 1))
	assert.Contains(t, said, "removed from its end")

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	for name, broken := range map[string]string{
		"edited":  strings.Replace(string(text), "another", "harmless", 1),
		"removed": strings.Join(append(append([]string{}, lines[:1]...), lines[2:]...), ""),
		"the end": strings.Join(lines[:len(lines)-2], ""),
	} {
		require.NoError(t, os.WriteFile(file, []byte(broken), 0o600))
		b.fails("audit", "verify", "--file", file, "--head", kept)
		out, _ := b.fails("audit", "verify", "--file", file, "--head", kept, "-o", "json")
		require.NoError(t, json.Unmarshal([]byte(out), &report), name)
		assert.False(t, report.OK, name)
	}
	some := filepath.Join(dir, "some.ndjson")
	b.cli("audit", "export", "-f", some, "--kind", "token.")
	assert.Contains(t, b.cli("audit", "verify", "--file", some), "filtered")

	status, _, _ := command(t, "", "audit", "verify", "--head", "nonsense")
	assert.Equal(t, exitUsage, status)
	status, _, _ = command(t, "", "audit", "list", "--since", "nonsense")
	assert.Equal(t, exitUsage, status)

	// The head that the log got at the end is confirmed after a restart.
	b.terminate()
	said = b.text()
	head := regexp.MustCompile(`audit head"?.*seq"?[=:](\d+),? ?"?hash"?[=:]"?([0-9a-f]{64})`).FindStringSubmatch(said)
	require.NotNil(t, head, said)
	b = serve(t, filepath.Join(dir, "data"))
	b.cli("audit", "verify", "--head", head[1]+":"+head[2])
}
