package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStaffOnTheCommandLine(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	dir := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "<h1>hello</h1>"})
	b.cli("plugin", "install", dir, "--grant", "requested")
	secret := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(secret, []byte("anna's long password\nmore\n"), 0o600))

	assert.Contains(t, b.cli("profile", "create", "Front desk", "--role", "user", "--plugins", "hello-pages"), "front-desk")
	assert.Contains(t, b.cli("staff", "create", "anna", "--role", "user", "--profile", "front-desk", "--password-file", secret), "by profile")
	assert.Contains(t, b.cli("staff", "create", "deployer", "--role", "admin", "--kind", "service"), "service")
	for verb, says := range map[string]string{"staff list --find ANN": "front-desk", "staff show anna": "hello-pages", "staff sidebar anna": "hello-pages",
		"profile list --find desk": "hello-pages", "profile show front-desk": "hello-pages"} {
		for _, format := range []string{formatTable, formatJSON, formatYAML} {
			out := b.cli(append(strings.Fields(verb), "-o", format)...)
			assert.Contains(t, out, says, "%s %s", verb, format)
			if strings.HasPrefix(verb, "staff list") {
				assert.NotContains(t, out, "deployer", format)
			}
			if format == formatJSON {
				assert.True(t, json.Valid([]byte(out)), verb)
			}
		}
	}
	assert.Contains(t, b.cli("profile", "set", "front-desk", "--take", "hello-pages", "--name", "Reception"), "Reception")
	assert.NotContains(t, b.cli("staff", "show", "anna"), "hello-pages")
	assert.Contains(t, b.cli("staff", "set", "anna", "--give", "hello-pages", "--profile", ""), "by own")
	assert.NotContains(t, b.cli("staff", "set", "anna", "--plugins", ""), "hello-pages")

	own := strings.TrimSpace(b.cli("token", "create", "own", "--user", "anna", "--password-file", secret))
	assert.Contains(t, b.cli("token", "list", "--user", "anna"), "own")
	status, _, errOut := command(t, "", "staff", "list", "--server", b.url, "--token", own)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "staff:manage")
	robot := strings.TrimSpace(b.cli("token", "create", "deploy", "--for", "deployer"))
	status, out, errOut := command(t, "", "staff", "list", "--server", b.url, "--token", robot)
	assert.Equal(t, exitDone, status, errOut)
	assert.Contains(t, out, "deployer")

	assert.Contains(t, b.cli("staff", "delete", "anna"), "deleted anna")
	assert.Contains(t, b.cli("profile", "delete", "front-desk"), "deleted front-desk")
	for args, c := range map[string]struct {
		status int
		says   string
	}{
		"staff show anna":                              {exitFailed, "there is no member"},
		"staff set admin":                              {exitUsage, "nothing to change"},
		"staff set admin --role user":                  {exitFailed, "last administrator"},
		"staff set admin --plugins a --give b":         {exitUsage, "--plugins"},
		"staff create":                                 {exitUsage, "USER"},
		"staff create x --password":                    {exitUsage, "terminal"},
		"staff create x --password --password-file -":  {exitUsage, "one of them"},
		"staff create x --password-file " + os.DevNull: {exitFailed, "no password"},
		"staff create x --role boss":                   {exitFailed, "role: must be"},
		"profile create x --role admin":                {exitFailed, "role: must be"},
	} {
		status, _, errOut := command(t, "", append(strings.Fields(args), "--server", b.url)...)
		assert.Equal(t, c.status, status, "%s: %s", args, errOut)
		assert.Contains(t, errOut, c.says, args)
	}
}

func TestTheFileOfTheFirstPasswordGoesWithIt(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	file := filepath.Join(data, passwordFile)
	b.cli("staff", "create", "other", "--role", "agent")
	require.FileExists(t, file)
	status, _, errOut := command(t, "a password of my own", "staff", "set", "admin", "--password-file", "-", "--server", b.url)
	require.Equal(t, exitDone, status, errOut)
	assert.NoFileExists(t, file)
	b.terminate()
	assert.NotContains(t, b.text(), "a password of my own", "H8")
}
