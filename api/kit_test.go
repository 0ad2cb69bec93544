package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPageIsToldWhoHasItOpenAndNoSecret(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(deskZip(t), false).StatusCode)
	r.expect(call{method: "PUT", path: "/api/v1/plugins/desk/settings", json: map[string]string{"token": "planted"}}, 200)
	a := r.expect(r.ofPage("desk", ".appzone/page"), 200)
	assert.JSONEq(t, `{"member":{"user":"admin","role":"admin","view":"admin"},"plugin":{"id":"desk","version":"1.0.0"},"settings":{"queue":"sales"},
		"events":["screenPop","call.*"],"shell":"`+r.base+`"}`, string(a.text))
	assert.Contains(t, a.Header.Get("Cache-Control"), "no-store")
}
