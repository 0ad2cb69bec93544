package host_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/signature"
)

func publisherKey(t testing.TB) signature.Key {
	t.Helper()
	k, err := signature.NewKey()
	require.NoError(t, err)
	return k
}

// signed are the files of zipOf with those of a signature by the key.
func signed(t testing.TB, key signature.Key, manifest string, files map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{"manifest.json": manifest, "index.html": "<h1>hello</h1>", "index.js": "// code"}
	maps.Copy(all, files)
	var list []signature.File
	for path, text := range all {
		sum := sha256.Sum256([]byte(text))
		list = append(list, signature.File{Path: path, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text))})
	}
	own, err := signature.Sign(list, key, "for the test")
	require.NoError(t, err)
	out := maps.Clone(files)
	if out == nil {
		out = map[string]string{}
	}
	for path, text := range own {
		out[path] = string(text)
	}
	return out
}

// uploadSigned uploads the version, signed with the key.
func (r *rig) uploadSigned(key signature.Key, manifest string) host.PluginView {
	r.Helper()
	view, err := r.upload(manifest, signed(r, key, manifest, nil))
	require.NoError(r, err)
	return view
}

// trust makes the key one that the host trusts; replaces is the former one's id, or "".
func (r *rig) trust(key signature.Key, replaces string) {
	r.Helper()
	body, err := json.Marshal(map[string]any{"name": "Example Ltd", "publicKey": key.Public().Base64, "replaces": replaces})
	require.NoError(r, err)
	_, err = r.TrustKey(r.Context(), body, admin)
	require.NoError(r, err)
}

// revoke revokes the key, or restores it.
func (r *rig) revoke(key signature.Key, revoked bool) {
	r.Helper()
	patch := `{"revoked":false}`
	if revoked {
		patch = `{"revoked":true,"revokedReason":"stolen with a laptop"}`
	}
	_, err := r.EditTrustedKey(r.Context(), key.Public().ID, []byte(patch), 0, admin)
	require.NoError(r, err)
}

func (r *rig) plan(id string) host.Plan {
	r.Helper()
	plan, err := r.Plan(r.Context(), id, "")
	require.NoError(r, err)
	return plan
}

// severityOf is the severity of the plan's finding with this code, "" without one.
func severityOf(plan host.Plan, code string) host.Severity {
	for _, f := range plan.Findings {
		if f.Code == code {
			return f.Severity
		}
	}
	return ""
}

// H4: what a signature is worth follows from whom the host trusts at that moment.
func TestTheStateOfASignatureFollowsTheKeys(t *testing.T) {
	r := newRig(t, nil)
	key, other := publisherKey(t), publisherKey(t)
	view := r.uploadSigned(key, fmt.Sprintf(html, "P", "1.0.0", ""))
	require.Equal(t, host.UnknownKey, view.Signature)
	require.Equal(t, &host.Publisher{KeyID: key.Public().ID, PublicKey: key.Public().Base64, Comment: "for the test"}, view.Publisher)
	plan := r.plan("p")
	assert.Equal(t, host.UnknownKey, plan.Signature)
	assert.Equal(t, host.SeverityLow, severityOf(plan, "unknown_key"))

	r.trust(other, "")
	assert.Equal(t, host.UnknownKey, r.view("p").Signature)
	r.trust(key, "")
	again := r.plan("p")
	assert.Equal(t, host.Signed, again.Signature)
	assert.Equal(t, "Example Ltd", *again.Publisher.Name)
	assert.NotEqual(t, plan.ETag, again.ETag, "a plan that was read before says something else")
	for _, code := range []string{"unknown_key", "unsigned", "signature_revoked", "hidden_file"} {
		assert.Empty(t, severityOf(again, code), code)
	}

	r.revoke(key, true)
	plan = r.plan("p")
	assert.Equal(t, host.Revoked, plan.Signature)
	assert.Equal(t, host.SeverityHigh, severityOf(plan, "signature_revoked"))
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Equal(t, host.Revoked, versions[0].Signature)
	assert.Equal(t, key.Public().ID, versions[0].Publisher.KeyID)
}

// installWith installs the candidate with these words, and gives the code of what refuses it.
func (r *rig) installWith(id string, actor host.Actor, allow ...host.Word) string {
	r.Helper()
	job, err := r.Install(r.Context(), id, host.InstallRequest{Grants: host.GrantChoice{Requested: true}, Allow: allow}, r.plan(id).ETag, actor)
	if err != nil {
		return fault.CodeOf(err)
	}
	r.succeed(job)
	return ""
}

// H5: a plugin whose versions somebody signed takes no unsigned one in silence, and none of somebody else (H4).
func TestAPluginIsPinnedToItsPublisher(t *testing.T) {
	r := newRig(t, nil)
	key, other := publisherKey(t), publisherKey(t)
	version := 0
	next := func(by *signature.Key) {
		version++
		m := fmt.Sprintf(html, "P", fmt.Sprintf("1.0.%d", version), "")
		if by == nil {
			r.mustUpload(m)
		} else {
			r.uploadSigned(*by, m)
		}
	}
	next(nil)
	require.Empty(t, r.installWith("p", admin), "nothing is pinned yet")
	next(&key)
	require.Empty(t, r.installWith("p", admin), "the first key is taken, even an unknown one")
	next(&key)
	require.Empty(t, r.installWith("p", admin))

	next(nil)
	assert.Equal(t, host.SeverityHigh, severityOf(r.plan("p"), "unsigned"))
	assert.Equal(t, "unsigned", r.installWith("p", admin))
	assert.Equal(t, "unsigned", r.installWith("p", admin, host.AllowKey), "another word")
	narrow := host.Actor{User: "ci", Role: host.RoleAdmin, Token: "t", Scopes: []string{host.ScopePluginsManage}}
	assert.Equal(t, "consent_required", r.installWith("p", narrow, host.AllowUnsigned))
	assert.Empty(t, r.installWith("p", admin, host.AllowUnsigned))
	assert.Empty(t, r.installWith("p", admin), "again, to mend it")
	next(nil)
	assert.Equal(t, "unsigned", r.installWith("p", admin), "the pin stays")

	next(&other)
	assert.Equal(t, host.SeverityMedium, severityOf(r.plan("p"), "unknown_key"))
	assert.Equal(t, "key", r.installWith("p", admin, host.AllowUnsigned))
	r.trust(other, "")
	assert.Equal(t, "key", r.installWith("p", admin), "trusted is not the same publisher")
	assert.Equal(t, "consent_required", r.installWith("p", narrow, host.AllowKey))
	assert.Empty(t, r.installWith("p", admin, host.AllowKey))
	next(&key)
	assert.Equal(t, "key", r.installWith("p", admin), "the pin moved")
}

// H4: a publisher whose key was stolen gets a new one, which takes the place of the old one without a word.
func TestAPublisherRotatesKeys(t *testing.T) {
	r := newRig(t, nil)
	keys := []signature.Key{publisherKey(t), publisherKey(t), publisherKey(t)}
	r.trust(keys[0], "")
	r.uploadSigned(keys[0], fmt.Sprintf(html, "P", "1.0.0", ""))
	require.Empty(t, r.installWith("p", admin))
	r.revoke(keys[0], true)
	require.NotNil(t, r.view("p").Quarantine)

	r.trust(keys[1], keys[0].Public().ID)
	r.trust(keys[2], keys[1].Public().ID)
	r.uploadSigned(keys[2], fmt.Sprintf(html, "P", "1.0.1", ""))
	require.Empty(t, r.installWith("p", admin), "the successor's successor")
	assert.Nil(t, r.view("p").Quarantine, "what the new key signed is in use")
	r.uploadSigned(keys[1], fmt.Sprintf(html, "P", "1.0.2", ""))
	assert.Equal(t, "key", r.installWith("p", admin), "a former key replaces nothing")
	r.uploadSigned(keys[0], fmt.Sprintf(html, "P", "1.0.3", ""))
	assert.Equal(t, "signature_revoked", r.installWith("p", admin, host.AllowKey))
}

// H5: what is unsigned or changed says so, and names no publisher.
func TestWhatIsUnsignedOrModifiedNamesNobody(t *testing.T) {
	r := newRig(t, nil)
	key := publisherKey(t)
	r.trust(key, "")
	view := r.mustUpload(fmt.Sprintf(html, "Plain", "1.0.0", ""))
	assert.Equal(t, host.Unsigned, view.Signature)
	assert.Nil(t, view.Publisher)
	assert.Equal(t, host.SeverityInfo, severityOf(r.plan("plain"), "unsigned"))

	manifest := fmt.Sprintf(html, "Changed", "1.0.0", "")
	files := signed(t, key, manifest, map[string]string{"page.html": "as it was signed"})
	files["page.html"] = "something else"
	files["more.html"] = "x"
	view, err := r.upload(manifest, files)
	require.NoError(t, err)
	assert.Equal(t, host.Modified, view.Signature)
	assert.Nil(t, view.Publisher)
	plan := r.plan("changed")
	assert.Equal(t, host.SeverityHigh, severityOf(plan, "signature_modified"))
	assert.Equal(t, plan.Signature, r.check(manifest, files).Signature, "a dry run says the same")
}

// check is a dry run.
func (r *rig) check(manifest string, files map[string]string) host.Plan {
	r.Helper()
	u, err := r.Receive(r.Context(), bytes.NewReader(zipOf(r, manifest, files)))
	require.NoError(r, err)
	defer u.Close()
	plan, err := r.Check(r.Context(), u)
	require.NoError(r, err)
	return plan
}
