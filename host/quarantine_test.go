package host_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
	"appzone/host/fault"
	"appzone/host/signature"
)

// published is a rig with the plugins "p", a program that runs, and "h", pages, both signed with the trusted key.
func published(t *testing.T, change func(*host.Config)) (*rig, signature.Key) {
	r, key := newRig(t, change), publisherKey(t)
	r.trust(key, "")
	r.uploadSigned(key, fmt.Sprintf(script, "P", "1.0.0", ""))
	r.uploadSigned(key, fmt.Sprintf(html, "H", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	require.Equal(t, host.JobSucceeded, r.install("h", true).State)
	require.Equal(t, host.Running, r.view("p").State)
	return r, key
}

func (r *rig) quarantined(id string) {
	r.Helper()
	v := r.view(id)
	require.NotNil(r, v.Quarantine, id)
	assert.Equal(r, host.Stopped, v.State, id)
	assert.Equal(r, host.DesiredStopped, v.Desired, id)
	_, err := r.Site(r.Context(), id)
	assert.Equal(r, "quarantined", fault.CodeOf(err), id)
	entries, err := r.Sidebar(r.Context(), admin)
	require.NoError(r, err)
	for _, e := range entries {
		assert.False(r, e.ID == id && e.State != host.Stopped, "the sidebar shows %s as %s", id, e.State)
	}
}

// H4: when a publisher's key is stolen, one call ends everything that it signed, and nothing brings it back by itself.
func TestARevokedKeyQuarantinesWhatItSigned(t *testing.T) {
	r, key := published(t, nil)
	up, release, err := r.Acquire(t.Context(), "p")
	require.NoError(t, err)
	_, err = r.Site(t.Context(), "h")
	require.NoError(t, err)
	sub := r.Bus().Subscribe()
	defer sub.Close()

	r.revoke(key, true)
	<-up.Draining()
	<-up.Done() // although a request is under way
	release()
	r.quarantined("p")
	r.quarantined("h")
	v := r.view("p")
	assert.Contains(t, v.Quarantine.Reason, "stolen with a laptop")
	assert.WithinDuration(t, time.Now(), *v.Quarantine.Since, time.Minute)
	assert.Equal(t, host.Revoked, v.Signature)
	entries, _, err := r.Audit(t.Context(), audit.Filter{Kind: "plugin.quarantined"}, 0, 10)
	require.NoError(t, err)
	assert.Len(t, entries, 2)

	_, err = r.Start(t.Context(), "p", admin)
	assert.Equal(t, "quarantined", fault.CodeOf(err))
	assert.Equal(t, fault.Conflict, fault.From(err).Kind)
	_, err = r.Open(t.Context(), "h", host.Actor{User: "anna", Role: host.RoleAgent})
	assert.Equal(t, "plugin_not_found", fault.CodeOf(err), "who does not have it learns nothing")
	assert.True(t, r.HasSite(t.Context(), "h"))

	r.reboot(func(c *host.Config) { c.RestartPlugins, c.RestartDelay = true, time.Millisecond })
	r.quarantined("p")
	r.quarantined("h")

	r.revoke(key, false)
	v = r.view("p")
	assert.Nil(t, v.Quarantine)
	assert.Equal(t, host.Stopped, v.State, "it stays stopped until somebody starts it")
	_, err = r.Site(t.Context(), "h")
	require.NoError(t, err)
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
}

// H4: neither a version that waits nor an older one brings back what was revoked.
func TestWhatIsRevokedOrModifiedIsNotInstalled(t *testing.T) {
	r, key := newRig(t, nil), publisherKey(t)
	r.trust(key, "")
	r.uploadSigned(key, fmt.Sprintf(html, "H", "1.0.0", ""))
	r.revoke(key, true)
	_, err := r.Install(t.Context(), "h", host.InstallRequest{Allow: []host.Word{host.AllowUnsigned, host.AllowKey}}, r.plan("h").ETag, admin)
	assert.Equal(t, "signature_revoked", fault.CodeOf(err))
	assert.Equal(t, fault.Invalid, fault.From(err).Kind)
	r.uploadSigned(key, fmt.Sprintf(html, "H", "1.1.0", ""))

	manifest := fmt.Sprintf(html, "M", "1.0.0", "")
	files := signed(t, key, manifest, map[string]string{"page.html": "as it was signed"})
	delete(files, "page.html")
	_, err = r.upload(manifest, files)
	require.NoError(t, err)
	_, err = r.Install(t.Context(), "m", host.InstallRequest{}, r.plan("m").ETag, admin)
	assert.Equal(t, "signature_modified", fault.CodeOf(err))
	assert.Contains(t, err.Error(), "page.html")
}

// H4: a start that is under way when the key is revoked does not end with a plugin that runs.
func TestAStartUnderWayIsCutByARevocation(t *testing.T) {
	reached, goOn := make(chan struct{}, 1), make(chan struct{})
	own := ownRuntime{command: func() error {
		reached <- struct{}{}
		<-goOn
		return nil
	}}
	r, key := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{own} }), publisherKey(t)
	r.trust(key, "")
	r.uploadSigned(key, fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	<-reached
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.revoke(key, true)
	}()
	require.Eventually(t, func() bool { return r.view("p").State == host.Stopping }, time.Minute, time.Millisecond)
	close(goOn)
	<-ended
	assert.Equal(t, host.JobFailed, r.wait(job).State)
	r.quarantined("p")
}

// H4: an installation that was agreed to before the revocation is refused at the switch, and what ran before runs on.
func TestAnInstallationUnderWayIsRefusedByARevocation(t *testing.T) {
	var r *rig
	stolen, other := publisherKey(t), publisherKey(t)
	armed := false
	r = newRig(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if armed && point == "install.stopped" {
				armed = false
				_, err := r.EditTrustedKey(context.Background(), stolen.Public().ID, []byte(`{"revoked":true}`), 0, admin)
				assert.NoError(t, err)
			}
		}
	})
	r.trust(other, "")
	r.trust(stolen, other.Public().ID)
	r.uploadSigned(other, fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	r.uploadSigned(stolen, fmt.Sprintf(script, "P", "1.1.0", ""))
	armed = true
	job := r.install("p", true)
	assert.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "signature_revoked", job.Error.Code)
	v := r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Nil(t, v.Quarantine)
	require.Eventually(t, func() bool { return r.view("p").State == host.Running }, time.Minute, time.Millisecond)
}

// H4, H5: where signatures are required, nothing else is taken, and what is there does not run.
func TestAHostThatRequiresSignaturesUsesNothingElse(t *testing.T) {
	strict := func(c *host.Config) {
		c.RequireSignature, c.RestartPlugins, c.RestartDelay = true, true, time.Millisecond
	}
	r, key := published(t, nil)
	r.mustUpload(fmt.Sprintf(script, "Plain", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("plain", true).State)
	r.mustUpload(fmt.Sprintf(html, "Waiting", "1.0.0", ""))
	r.reboot(strict)
	r.quarantined("plain")
	assert.Nil(t, r.view("plain").Quarantine.Since)
	require.Eventually(t, func() bool { return r.view("p").State == host.Running }, time.Minute, time.Millisecond, "what is signed comes back")

	_, err := r.Install(t.Context(), "waiting", host.InstallRequest{Allow: []host.Word{host.AllowUnsigned}}, r.plan("waiting").ETag, admin)
	assert.Equal(t, "signature_required", fault.CodeOf(err))
	assert.Equal(t, host.SeverityHigh, severityOf(r.plan("waiting"), "unsigned"))

	stranger := publisherKey(t)
	manifest := fmt.Sprintf(html, "New", "1.0.0", "")
	changed := signed(t, key, manifest, map[string]string{"page.html": "x"})
	changed["page.html"] = "y"
	for code, files := range map[string]map[string]string{
		"signature_required": nil,
		"signature_modified": changed,
	} {
		_, err = r.upload(manifest, files)
		assert.Equal(t, code, fault.CodeOf(err))
	}
	_, err = r.upload(manifest, signed(t, stranger, manifest, nil))
	assert.Equal(t, "signature_required", fault.CodeOf(err), "an unknown key")
	r.uploadSigned(key, manifest)

	require.NoError(t, r.RemoveTrustedKey(t.Context(), key.Public().ID, 0, admin))
	r.quarantined("p")
	r.trust(key, "")
	assert.Nil(t, r.view("p").Quarantine)
}

// H4, H5: the way back obeys what is revoked, and needs no word for what was in use already.
func TestTheWayBackObeysRevocationsAndNoPin(t *testing.T) {
	r := newRig(t, nil)
	former, next := publisherKey(t), publisherKey(t)
	r.trust(former, "")
	r.trust(next, former.Public().ID)
	for n, key := range []signature.Key{former, next} {
		r.uploadSigned(key, fmt.Sprintf(html, "H", fmt.Sprintf("1.%d.0", n), ""))
		require.Empty(t, r.installWith("h", admin))
	}
	back := func() (string, error) {
		job, err := r.Rollback(t.Context(), "h", host.RollbackRequest{Version: "1.0.0"}, admin)
		if err != nil {
			return "", err
		}
		job = r.wait(job)
		if job.Error != nil {
			return job.Error.Code, nil
		}
		return "", nil
	}
	r.revoke(former, true)
	code, err := back()
	assert.Contains(t, code+fault.CodeOf(err), "signature_revoked")
	assert.Equal(t, "1.1.0", r.view("h").Version)
	assert.Nil(t, r.view("h").Quarantine)
	r.revoke(former, false)
	code, err = back()
	require.NoError(t, err)
	assert.Empty(t, code, "another key than the pinned one, and no word")
	assert.Equal(t, "1.0.0", r.view("h").Version)
}

// Rows H4 and F1: a version that fails its trial cannot be left for one whose key was revoked meanwhile: that ends, and does not
// begin again and again.
func TestNoEndlessWayBackToWhatIsRevoked(t *testing.T) {
	r, stolen := newRig(t, keeperConfig(func(c *host.Config) {
		c.Trial, c.Backoff = time.Hour, host.Backoff{First: time.Millisecond, Max: time.Millisecond, HalfLife: time.Hour, Budget: 2.5, Stable: time.Hour}
	})), publisherKey(t)
	r.trust(stolen, "")
	r.uploadSigned(stolen, fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	other := publisherKey(t)
	r.trust(other, stolen.Public().ID)
	r.uploadSigned(other, fmt.Sprintf(script, "P", "2.0.0-fail", ""))
	start := false
	plan := r.plan("p")
	job, err := r.Install(t.Context(), "p", host.InstallRequest{Start: &start, Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
	require.NoError(t, err)
	r.succeed(job)
	r.revoke(stolen, true)
	for n := range 2 {
		started, err := r.Start(t.Context(), "p", admin)
		require.NoError(t, err)
		assert.Equal(t, host.JobFailed, r.wait(started).State)
		if n == 0 { // there is one try to leave it
			assert.Equal(t, "signature_revoked", r.rolledBack().Error.Code)
		}
		r.becomes("2.0.0-fail", host.Failed)
	}
	r.Close() // which waits for whatever is still begun
	jobs, _, err := r.Jobs(context.Background(), "", 100)
	require.NoError(t, err)
	backs := 0
	for _, job := range jobs {
		if job.Kind == "rollback" {
			backs++
		}
	}
	assert.Equal(t, 1, backs)
}
