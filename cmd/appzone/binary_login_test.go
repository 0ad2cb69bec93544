package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/cmd/appzone/client"
)

// The first token of an account with a second factor takes its code, and a changed password takes the file of the first one away.
func TestTheCommandLineLogsInWithASecondFactor(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	first, err := os.ReadFile(filepath.Join(data, passwordFile))
	require.NoError(t, err)
	c, err := client.New(b.url, "")
	require.NoError(t, err)
	do := func(method, path string, body, into any) {
		t.Helper()
		answer, err := c.Do(t.Context(), client.Request{Method: method, Path: client.Path("me", path), JSON: body})
		require.NoError(t, err)
		if into != nil {
			require.NoError(t, answer.Into(into))
		}
	}
	require.NoError(t, c.Login(t.Context(), "admin", strings.TrimSpace(string(first)), ""))
	do(http.MethodPut, "password", map[string]string{"current": strings.TrimSpace(string(first)), "password": "a password of my own"}, nil)
	assert.NoFileExists(t, filepath.Join(data, passwordFile), "H1: it is of no use any more")
	var begun struct{ Secret string }
	do(http.MethodPost, "totp", map[string]string{"password": "a password of my own"}, &begun)
	code, err := totp.GenerateCode(begun.Secret, time.Now())
	require.NoError(t, err)
	var codes struct{ RecoveryCodes []string }
	do(http.MethodPut, "totp", map[string]string{"code": code}, &codes)
	require.Len(t, codes.RecoveryCodes, 10)

	create := []string{"token", "create", "laptop", "--user", "admin", "--server", b.url, "-o", "json"}
	status, _, errOut := command(t, "a password of my own\n", create...)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "--code")
	status, _, errOut = command(t, "a password of my own\n", append(create, "--code", "wrong")...)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "the code is wrong")
	assert.NotContains(t, errOut, "--token", "a token is no help")
	status, out, errOut := command(t, "a password of my own\n", append(create, "--code", codes.RecoveryCodes[0])...)
	require.Equal(t, exitDone, status, errOut)
	var made struct{ Token string }
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	status, out, errOut = command(t, "", "token", "list", "--server", b.url, "--token", made.Token)
	assert.Equal(t, exitDone, status, errOut)
	assert.Contains(t, out, "laptop")

	// An administrator signs members out, and helps who lost the phone.
	t.Setenv(envToken, made.Token)
	assert.Contains(t, b.cli("staff", "sign-out", "admin"), "signed out admin")
	_, err = c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: client.Path("me")})
	assert.ErrorContains(t, err, "session has ended")
	assert.Contains(t, b.cli("staff", "reset-totp", "admin"), "second factor of admin")
	status, _, errOut = command(t, "a password of my own\n", create...)
	assert.Equal(t, exitDone, status, errOut)
}
