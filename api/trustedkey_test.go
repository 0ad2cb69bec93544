package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/signature"
)

// publisherKey makes a publisher's key.
func publisherKey(t *testing.T) signature.Key {
	t.Helper()
	k, err := signature.NewKey()
	require.NoError(t, err)
	return k
}

// trust makes the key one that the host trusts, and returns its address.
func (r *rig) trust(k signature.Key, name string, more ...string) string {
	r.t.Helper()
	body := map[string]any{"name": name, "publicKey": k.Public().Base64}
	if len(more) > 0 {
		body["replaces"] = more[0]
	}
	return r.expect(call{method: "POST", path: "/api/v1/trusted-keys", json: body}, 201).Header.Get("Location")
}

func TestTrustedKeysAreManaged(t *testing.T) {
	r := newRig(t)
	k := publisherKey(t).Public()
	made := r.expect(call{method: "POST", path: "/api/v1/trusted-keys", json: map[string]any{"name": " Example Ltd ", "publicKey": string(k.Text())}}, 201)
	at := "/api/v1/trusted-keys/" + k.ID
	assert.Equal(t, at, made.Header.Get("Location"))
	var got struct {
		ID, Name, PublicKey, CreatedBy, RevokedReason string
		Replaces, RevokedAt                           *string
		Revoked                                       bool
	}
	r.get("/api/v1/trusted-keys/"+strings.ToLower(k.ID)).into(t, &got)
	assert.Equal(t, k.ID, got.ID)
	assert.Equal(t, "Example Ltd", got.Name)
	assert.Equal(t, k.Base64, got.PublicKey)
	assert.Equal(t, "admin", got.CreatedBy)
	assert.False(t, got.Revoked)
	assert.Nil(t, got.RevokedAt)

	r.expect(call{method: "POST", path: "/api/v1/trusted-keys", json: map[string]any{"name": "Again", "publicKey": k.Base64}}, 409, "key_exists")
	etag := made.Header.Get("ETag")
	revoked := r.expect(call{method: "PATCH", path: at, json: map[string]any{"revoked": true, "revokedReason": "stolen"}, header: map[string]string{"If-Match": etag}}, 200)
	revoked.into(t, &got)
	assert.True(t, got.Revoked)
	assert.NotNil(t, got.RevokedAt)
	assert.Equal(t, "stolen", got.RevokedReason)
	r.expect(call{method: "PATCH", path: at, json: map[string]any{"name": "X"}, header: map[string]string{"If-Match": etag}}, 412, "key_changed")
	r.expect(call{method: "DELETE", path: at}, 409, "key_revoked")
	assert.Equal(t, revoked.Header.Get("ETag"), r.expect(call{method: "PATCH", path: at, json: map[string]any{"revoked": true}}, 200).Header.Get("ETag"), "nothing changed")

	r.expect(call{method: "PATCH", path: at, json: map[string]any{"revoked": false}}, 200).into(t, &got)
	assert.False(t, got.Revoked)
	assert.Empty(t, got.RevokedReason)
	r.expect(call{method: "DELETE", path: at, header: map[string]string{"If-Match": etag}}, 412, "key_changed")
	r.expect(call{method: "DELETE", path: at}, 204)
	r.expect(call{method: "DELETE", path: at}, 404, "key_not_found")

	entries, _ := r.trail("?kind=key.")
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	assert.ElementsMatch(t, []string{"key.trusted", "key.revoked", "key.restored", "key.removed"}, kinds)
}

func TestAKeyThatCannotBeIsRefused(t *testing.T) {
	r := newRig(t)
	k, other := publisherKey(t).Public(), publisherKey(t).Public()
	for name, body := range map[string]map[string]any{
		"no key":             {"name": "X"},
		"no name":            {"publicKey": k.Base64},
		"another's format":   {"name": "X", "publicKey": "ssh-ed25519 AAAA"},
		"replaces itself":    {"name": "X", "publicKey": k.Base64, "replaces": k.ID},
		"replaces no id":     {"name": "X", "publicKey": k.Base64, "replaces": "abc"},
		"a reason for none":  {"name": "X", "publicKey": k.Base64, "revokedReason": "stolen"},
		"a reason too long":  {"name": "X", "publicKey": k.Base64, "revoked": true, "revokedReason": strings.Repeat("x", 201)},
		"a reason of two":    {"name": "X", "publicKey": k.Base64, "revoked": true, "revokedReason": "a\nb"},
		"revoked of no kind": {"name": "X", "publicKey": k.Base64, "revoked": "yes"},
	} {
		a := r.do(call{method: "POST", path: "/api/v1/trusted-keys", json: body})
		assert.Equal(t, 422, a.StatusCode, "%s: %s", name, a.text)
		assert.Equal(t, "key_invalid", a.code(), name)
	}
	r.expect(call{method: "POST", path: "/api/v1/trusted-keys", json: map[string]any{"name": "X", "id": k.ID}}, 400)

	r.expect(call{method: "POST", path: "/api/v1/trusted-keys", json: map[string]any{"name": "A", "publicKey": k.Base64, "replaces": other.ID}}, 201)
	r.expect(call{method: "POST", path: "/api/v1/trusted-keys", json: map[string]any{"name": "B", "publicKey": other.Base64, "replaces": k.ID}}, 422, "key_invalid")
	r.expect(call{method: "PATCH", path: "/api/v1/trusted-keys/" + k.ID, json: map[string]any{"publicKey": other.Base64}}, 422, "key_invalid")
}

func TestKeysFollowOneAnotherWithinBounds(t *testing.T) {
	r := newRig(t)
	former := ""
	for n := range 18 {
		k := publisherKey(t).Public()
		body := map[string]any{"name": fmt.Sprint("Key ", n), "publicKey": k.Base64}
		if former != "" {
			body["replaces"] = former
		}
		a := r.do(call{method: "POST", path: "/api/v1/trusted-keys", json: body})
		if n == 17 {
			assert.Equal(t, 422, a.StatusCode, string(a.text))
			break
		}
		require.Equal(t, 201, a.StatusCode, "%d: %s", n, a.text)
		former = k.ID
	}
	first := r.get("/api/v1/trusted-keys?limit=10")
	var list struct {
		Items []struct{ ID string }
		Next  string
	}
	first.into(t, &list)
	require.Len(t, list.Items, 10)
	assert.Equal(t, list.Items[9].ID, list.Next)
	r.get("/api/v1/trusted-keys?q=key+1&cursor="+list.Next).into(t, &list)
	assert.NotEmpty(t, list.Items)
}
