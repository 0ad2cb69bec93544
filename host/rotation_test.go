package host_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/secret"
)

const secretSettings = `,"settings":{"type":"object","properties":{"token":{"type":"string","writeOnly":true},"pin":{"type":"string","writeOnly":true}}}`

var oldKey, newKey = strings.Repeat("0a", 32), strings.Repeat("0b", 32)

// with sets the keys of a host.
func with(keys ...string) func(*host.Config) {
	return func(c *host.Config) { c.SecretKey = strings.Join(keys, "\n") }
}

func keyID(t *testing.T, key string) string {
	t.Helper()
	b, err := secret.Open("", key)
	require.NoError(t, err)
	return b.KeyID()
}

// sealedRig has n installed plugins p0, p1, ... each of which has the secret token "token of pN".
func sealedRig(t *testing.T, n int, change func(*host.Config)) *rig {
	t.Helper()
	r := newRig(t, change)
	for i := range n {
		id := fmt.Sprintf("p%d", i)
		r.mustUpload(fmt.Sprintf(script, id, "1.0.0", secretSettings))
		require.Equal(t, host.JobSucceeded, r.install(id, false).State)
		r.putToken(id, "token of "+id)
	}
	return r
}

func (r *rig) putToken(id, token string) {
	r.Helper()
	body, err := json.Marshal(map[string]string{"token": token})
	require.NoError(r, err)
	_, err = r.PutSettings(r.Context(), id, body, 0, admin)
	require.NoError(r, err)
}

func (r *rig) secrets() host.SecretsView {
	r.Helper()
	v, err := r.System(r.Context())
	require.NoError(r, err)
	return v.Secrets
}

// rotated waits until nothing waits for it any more.
func (r *rig) rotated() {
	r.Helper()
	require.Eventually(r, func() bool { return r.secrets().Waiting == 0 }, 10*time.Second, time.Millisecond)
}

// delivered starts the plugin and returns what it reads.
func (r *rig) delivered(id string) string {
	r.Helper()
	job, err := r.Start(r.Context(), id, admin)
	require.NoError(r, err)
	r.succeed(job)
	return ask(r.T, r, id)
}

func TestAnOldKeyCanBeDroppedOnceItsSecretsAreSealedAnew(t *testing.T) {
	r := sealedRig(t, 3, with(oldKey))
	assert.Equal(t, host.SecretsView{KeyID: keyID(t, oldKey), Sealed: 3, MissingKeys: []host.MissingKey{}, Memory: r.secrets().Memory}, r.secrets())
	before, err := r.Settings(t.Context(), "p0")
	require.NoError(t, err)

	r.reboot(with(newKey, oldKey))
	r.rotated()
	after, err := r.Settings(t.Context(), "p0")
	require.NoError(t, err)
	assert.NotEqual(t, string(before.Values), string(after.Values), "a fingerprint tells nothing under another key")
	assert.Equal(t, before.UpdatedAt, after.UpdatedAt, "nobody set it")
	assert.Greater(t, after.Revision, before.Revision)

	r.reboot(with(newKey))
	assert.Equal(t, host.SecretsView{KeyID: keyID(t, newKey), Sealed: 3, MissingKeys: []host.MissingKey{}, Memory: r.secrets().Memory}, r.secrets())
	assert.Contains(t, r.delivered("p2"), "token of p2")
}

// What can be gone back to keeps its secrets, too.
func TestSecretsOfAFormerVersionAreSealedAnew(t *testing.T) {
	r := sealedRig(t, 1, with(oldKey))
	r.mustUpload(fmt.Sprintf(script, "p0", "2.0.0", secretSettings))
	require.Equal(t, host.JobSucceeded, r.install("p0", false).State)
	r.putToken("p0", "another")
	assert.Equal(t, 2, r.secrets().Sealed)
	r.reboot(with(newKey, oldKey))
	r.rotated()
	r.reboot(with(newKey))
	assert.Empty(t, r.secrets().MissingKeys)
	job, err := r.Rollback(t.Context(), "p0", host.RollbackRequest{Data: host.DataRestore}, admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Contains(t, r.delivered("p0"), "token of p0")
}

func TestTheGeneratedKeyIsAnOlderOneOfAnOwnKey(t *testing.T) {
	r := sealedRig(t, 1, nil)
	r.reboot(with(newKey))
	r.rotated()
	require.NoError(t, os.Remove(filepath.Join(r.dir, "secret.key")))
	r.reboot(with(newKey))
	assert.Empty(t, r.secrets().MissingKeys)
	assert.Contains(t, r.delivered("p0"), "token of p0")
}

// A host that ends in the middle, and somebody who sets a secret in the middle, lose nothing.
func TestARotationThatIsCutOffGoesOnAtTheNextBoot(t *testing.T) {
	r := sealedRig(t, 3, with(oldKey))
	reached, goOn := make(chan bool), make(chan bool)
	r.reboot(func(c *host.Config) {
		with(newKey, oldKey)(c)
		c.Hook = func(point string) {
			if point != "secrets.resealed" {
				return
			}
			select {
			case reached <- true:
				<-goOn
			case <-goOn:
			}
		}
	})
	<-reached
	assert.Equal(t, 2, r.secrets().Waiting)
	r.putToken("p1", "newer")
	closed := make(chan bool)
	go func() { r.Close(); close(closed) }()
	require.Eventually(t, func() bool { _, err := r.Start(t.Context(), "p0", admin); return fault.CodeOf(err) == "shutting_down" }, 10*time.Second, time.Millisecond)
	time.Sleep(10 * time.Millisecond)
	close(goOn)
	<-closed

	r.reboot(with(newKey, oldKey))
	r.rotated()
	r.reboot(with(newKey))
	for id, want := range map[string]string{"p0": "token of p0", "p1": "newer", "p2": "token of p2"} {
		assert.Contains(t, r.delivered(id), want)
	}
}

func TestAMissingKeyIsToldByThePluginsThatNeedIt(t *testing.T) {
	r := sealedRig(t, 2, with(oldKey))
	r.reboot(func(c *host.Config) { with(newKey)(c); c.RestartPlugins = true }) // the host comes up
	lost := keyID(t, oldKey)
	assert.Equal(t, []host.MissingKey{{KeyID: lost, Sealed: 2, Plugins: []string{"p0", "p1"}}}, r.secrets().MissingKeys)
	assert.Zero(t, r.secrets().Waiting)

	job, err := r.Start(t.Context(), "p0", admin)
	require.NoError(t, err)
	job = r.wait(job)
	require.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "secret_key_missing", job.Error.Code)
	assert.Contains(t, job.Error.Detail, lost)
	assert.Contains(t, job.Error.Detail, "token")
	assert.Equal(t, host.Failed, r.view("p0").State)
	assert.Contains(t, r.view("p0").LastExit.Cause, lost)

	_, err = r.PutSettings(t.Context(), "p0", []byte(`{"pin":"1234"}`), 0, admin)
	require.Equal(t, "secret_key_missing", fault.CodeOf(err), "the token would stay")
	assert.Equal(t, "token", fault.From(err).Fields[0].Field)
	r.putToken("p0", "set again")
	assert.Contains(t, r.delivered("p0"), "set again")
	_, err = r.PutSettings(t.Context(), "p1", []byte(`{"token":null}`), 0, admin)
	require.NoError(t, err)
	assert.Empty(t, r.secrets().MissingKeys)
	assert.NotContains(t, r.delivered("p1"), "token")
}
