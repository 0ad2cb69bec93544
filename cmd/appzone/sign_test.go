package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/signature"
)

// succeeds runs one command line that must end well.
func succeeds(t *testing.T, args ...string) (out, errOut string) {
	t.Helper()
	status, out, errOut := command(t, "", args...)
	require.Equal(t, exitDone, status, "%v: %s", args, errOut)
	return out, errOut
}

// fails runs one command line that must fail, and says why.
func fails(t *testing.T, args ...string) string {
	t.Helper()
	status, _, errOut := command(t, "", args...)
	require.Equal(t, exitFailed, status, "%v: %s", args, errOut)
	return errOut
}

// signedPlugin goes to a new folder that has a pair of keys and p.zip, which is signed.
func signedPlugin(t *testing.T) {
	t.Helper()
	dir := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "<h1>hello</h1>"})
	t.Chdir(t.TempDir())
	succeeds(t, "keygen", "--no-password")
	succeeds(t, "pack", dir, "-f", "p.zip")
	succeeds(t, "sign", "p.zip", "-k", "appzone.key")
}

func TestKeygenKeepsTheSecretKeyToItself(t *testing.T) {
	t.Chdir(t.TempDir())
	out, errOut := succeeds(t, "keygen", "--no-password", "-o", "json")
	var made struct{ ID, PublicKey, SecretKeyFile, PublicKeyFile string }
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	assert.Equal(t, "appzone.key", made.SecretKeyFile)
	secret, err := os.ReadFile("appzone.key")
	require.NoError(t, err)
	public, err := os.ReadFile("appzone.pub")
	require.NoError(t, err)
	key, err := signature.ParsePublicKey(string(public))
	require.NoError(t, err)
	assert.Equal(t, made.PublicKey, key.Base64)
	assert.Equal(t, made.ID, key.ID)
	assert.NotContains(t, out+errOut, strings.Split(string(secret), "\n")[1][:40])
	info, err := os.Stat("appzone.key")
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	assert.Contains(t, fails(t, "keygen", "--no-password"), "appzone.key is there already")
	require.NoError(t, os.Remove("appzone.key"))
	assert.Contains(t, fails(t, "keygen", "--no-password"), "appzone.pub is there already")
	assert.NoFileExists(t, "appzone.key", "not half a pair")
	assert.Contains(t, fails(t, "keygen", "--no-password", "-f", "no/such/folder.key"), "no/such")

	for _, args := range [][]string{{"keygen", "-f", "x.key"}, {"keygen", "-f", "x.key", "--no-password", "--password-file", "-"}, {"keygen", "-o", "xml"}} {
		status, _, errOut := command(t, "", args...)
		assert.Equal(t, exitUsage, status, "%v: %s", args, errOut)
	}
	assert.NoFileExists(t, "x.key")
}

// lockedKey is a key for these tests alone, in minisign's format, whose password costs little: "correct horse".
const (
	lockedKey = "untrusted comment: for tests\n" +
		"RWRTY0IyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAEAAAAARx2eeMo2/6MQyThFEzeFcGthshlsYYL3V/QOhqQXGL/SgJOQ5X3uxM3o76Tz" +
		"I2aD7C1IzlJgBG3KKAZBLgsSXFlInss5ly9of5sxmWXNnlSG58pE+gFJwHcH7EczX7Bby4vZriXxwCw=\n"
	lockedPublic = "RWQSC+ovpW9jrOUatLtdu+5TqS4uzvzJm+mA8h5vEYIMwEOlVxwNAS2M"
)

func TestAnEncryptedKeySignsWithItsPassword(t *testing.T) {
	signedPlugin(t)
	require.NoError(t, os.WriteFile("locked.key", []byte(lockedKey), 0o600))
	status, _, errOut := command(t, "", "sign", "p.zip", "-k", "locked.key")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, errOut, "--password-file")
	status, _, errOut = command(t, "wrong horse\n", "sign", "p.zip", "-k", "locked.key", "--password-file", "-")
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "does not open")
	assert.NotContains(t, errOut, "horse", "H8")
	status, _, errOut = command(t, "correct horse\n", "sign", "p.zip", "-k", "locked.key", "--password-file", "-")
	assert.Equal(t, exitDone, status, errOut)
	succeeds(t, "verify", "p.zip", "-p", lockedPublic)
}

func TestKeygenEncryptsWithAPassword(t *testing.T) {
	if testing.Short() {
		t.Skip("it needs 1 GiB of memory")
	}
	t.Chdir(t.TempDir())
	status, _, errOut := command(t, "correct horse\n", "keygen", "--password-file", "-")
	require.Equal(t, exitDone, status, errOut)
	text, err := os.ReadFile("appzone.key")
	require.NoError(t, err)
	asked := errors.New("asked for the password")
	_, err = signature.ReadKey(text, func() (string, error) { return "", asked })
	assert.ErrorIs(t, err, asked)
}

// Rows H4 and H5: only the key that was named makes the status 0.
func TestVerify(t *testing.T) {
	signedPlugin(t)
	public, err := os.ReadFile("appzone.pub")
	require.NoError(t, err)
	line := strings.Split(string(public), "\n")[1]
	for _, key := range []string{"appzone.pub", line} {
		out, _ := succeeds(t, "verify", "p.zip", "-p", key, "-o", "json")
		var v verdict
		require.NoError(t, json.Unmarshal([]byte(out), &v))
		assert.Equal(t, "signed", v.State)
		assert.Equal(t, line, v.PublicKey)
		assert.Regexp(t, `^timestamp:\d+$`, v.Comment)
	}
	status, out, errOut := command(t, "", "verify", "p.zip")
	assert.Equal(t, exitFailed, status, "anybody can sign")
	assert.Contains(t, out, line)
	assert.Contains(t, errOut, "give the publisher's with -p")

	succeeds(t, "keygen", "--no-password", "-f", "other.key")
	assert.Contains(t, fails(t, "verify", "p.zip", "-p", "other.pub"), "another key")
	assert.Contains(t, fails(t, "verify", "p.zip", "-p", "other.key"), "this is a secret key")
	assert.Contains(t, fails(t, "verify", "p.zip", "-p", "nothing"), "neither a file nor a public key")

	succeeds(t, "pack", folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "x"}), "-f", "plain.zip")
	assert.Contains(t, fails(t, "verify", "plain.zip", "-p", "appzone.pub"), "unsigned")
	rezip(t, "p.zip", "changed.zip", func(name string, text []byte) []byte {
		return bytes.Replace(text, []byte("<h1>hello"), []byte("<h1>evil"), 1)
	})
	assert.Contains(t, fails(t, "verify", "changed.zip", "-p", "appzone.pub"), `changed: "index.html"`)
	rezip(t, "p.zip", "part.zip", func(name string, text []byte) []byte {
		if name == signature.SignatureFile {
			return nil
		}
		return text
	})
	assert.Contains(t, fails(t, "verify", "part.zip", "-p", "appzone.pub"), "modified")
}

// rezip copies a zip; edit changes a file's content, or leaves it out with nil.
func rezip(t *testing.T, from, to string, edit func(name string, text []byte) []byte) {
	t.Helper()
	r, err := zip.OpenReader(from)
	require.NoError(t, err)
	defer r.Close()
	out, err := os.Create(to)
	require.NoError(t, err)
	w := zip.NewWriter(out)
	for _, f := range r.File {
		in, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		if text = edit(f.Name, text); text == nil {
			continue
		}
		part, err := w.Create(f.Name)
		require.NoError(t, err)
		_, err = part.Write(text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, out.Close())
}

func TestSignReplacesAFormerSignature(t *testing.T) {
	signedPlugin(t)
	before, err := os.ReadFile("p.zip")
	require.NoError(t, err)
	succeeds(t, "keygen", "--no-password", "-f", "other.key")
	_, errOut := succeeds(t, "sign", "p.zip", "-k", "other.key", "-f", "signed.zip", "--comment", "the second one")
	assert.Contains(t, errOut, "former signature")
	same, err := os.ReadFile("p.zip")
	require.NoError(t, err)
	assert.Equal(t, before, same)
	out, _ := succeeds(t, "verify", "signed.zip", "-p", "other.pub")
	assert.Contains(t, out, "the second one")
	succeeds(t, "sign", "p.zip", "-k", "other.key", "--comment", "the second one")
	one, err := os.ReadFile("p.zip")
	require.NoError(t, err)
	two, err := os.ReadFile("signed.zip")
	require.NoError(t, err)
	assert.Equal(t, one, two, "the same comment gives the same bytes")

	require.NoError(t, os.Chmod("other.key", 0o644))
	_, errOut = succeeds(t, "sign", "p.zip", "-k", "other.key")
	assert.Contains(t, errOut, "chmod 600 other.key")

	folder := filepath.Join(t.TempDir(), "unpacked")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, ".appzone"), 0o755))
	for name, text := range map[string]string{"manifest.json": htmlManifest, "index.html": "x", signature.ListFile: "old"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	_, errOut = succeeds(t, "pack", folder, "-f", "again.zip")
	assert.Contains(t, errOut, "left out")
	assert.Contains(t, fails(t, "verify", "again.zip", "-p", "other.pub"), "unsigned")
}

// What cannot be signed leaves the zip as it was, and nothing beside it.
func TestSignRefuses(t *testing.T) {
	signedPlugin(t)
	before, err := os.ReadFile("p.zip")
	require.NoError(t, err)
	rezip(t, "p.zip", "hostile.zip", func(name string, text []byte) []byte {
		if name == "index.html" {
			return nil
		}
		return text
	})
	require.NoError(t, os.WriteFile("text.zip", []byte("hello"), 0o644))
	listed := names(t)
	assert.Contains(t, fails(t, "sign", "hostile.zip", "-k", "appzone.key"), "index.html is not in the zip")
	assert.Contains(t, fails(t, "sign", "text.zip", "-k", "appzone.key"), "the zip is refused")
	assert.Contains(t, fails(t, "sign", "nothing.zip", "-k", "appzone.key"), "nothing.zip")
	assert.Contains(t, fails(t, "sign", ".", "-k", "appzone.key"), "appzone pack")
	assert.Contains(t, fails(t, "sign", "p.zip", "-k", "appzone.pub"), "not a secret key")
	assert.Contains(t, fails(t, "sign", "p.zip", "-k", "nothing.key"), "nothing.key")
	assert.Contains(t, fails(t, "sign", "p.zip", "-k", "appzone.key", "--comment", "two\nlines"), "one line")
	assert.Contains(t, fails(t, "sign", "p.zip", "-k", "appzone.key", "-f", "no/such/p.zip"), "no/such")
	status, _, errOut := command(t, "", "sign", "p.zip")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, errOut, "-k FILE")
	after, err := os.ReadFile("p.zip")
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.Equal(t, listed, names(t))
}

// names are what is in the working folder.
func names(t *testing.T) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// H5: who looks a zip through without a host learns that no host would install it.
func TestValidateTellsOfASignatureThatDoesNotHold(t *testing.T) {
	signedPlugin(t)
	out, _ := succeeds(t, "validate", "p.zip")
	assert.NotContains(t, out, "signature_modified")
	rezip(t, "p.zip", "changed.zip", func(_ string, text []byte) []byte { return append(text, ' ') })
	out, _ = succeeds(t, "validate", "changed.zip")
	assert.Contains(t, out, "signature_modified")
}
