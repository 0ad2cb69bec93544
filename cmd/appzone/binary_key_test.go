package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/signature"
)

func TestPublishersKeysFromTheCommandLine(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	former, err := signature.NewKey()
	require.NoError(t, err)
	next, err := signature.NewKey()
	require.NoError(t, err)
	id, file := former.Public().ID, filepath.Join(t.TempDir(), "publisher.pub")
	require.NoError(t, os.WriteFile(file, former.Public().Text(), 0o600))

	assert.Contains(t, b.cli("key", "trust", file, "--name", "Example Ltd"), id)
	assert.Contains(t, b.cli("key", "trust", next.Public().Base64, "--name", "Example Ltd, 2027", "--replaces", id), "replaces")
	assert.NotContains(t, b.cli("key", "set", next.Public().ID, "--replaces", ""), "replaces")
	assert.Contains(t, b.cli("key", "set", next.Public().ID, "--replaces", id, "--name", "Example and Sons, 2027"), "replaces")
	assert.Contains(t, b.cli("key", "list"), "Example and Sons, 2027")
	assert.Contains(t, b.cli("key", "revoke", id, "--reason", "stolen with a laptop"), "revoked: stolen with a laptop")
	for _, format := range []string{formatTable, formatJSON, formatYAML} {
		out := b.cli("key", "list", "-o", format)
		assert.Contains(t, out, "stolen with a laptop", format)
		assert.Contains(t, out, next.Public().ID, format)
		if format == formatJSON {
			assert.True(t, json.Valid([]byte(out)))
		}
	}
	assert.NotContains(t, b.cli("key", "list", "--find", "2027"), "stolen")
	status, _, errOut := command(t, "", "key", "remove", id, "--server", b.url)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "revoked")
	assert.Contains(t, b.cli("key", "restore", id), "trusted")
	assert.Contains(t, b.cli("key", "remove", id), "removed "+id)
	for _, args := range [][]string{{"key", "trust", file}, {"key", "trust"}, {"key", "revoke"}, {"key", "set", id}} {
		status, _, _ := command(t, "", append(args, "--server", b.url)...)
		assert.Equal(t, exitUsage, status, args)
	}
}
