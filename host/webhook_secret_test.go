package host_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/webhook"
)

func TestAFormerSecretSignsForADay(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		second, err := r.RotateWebhookSecret(r.Context(), w.ID, 0, admin)
		require.NoError(r, err)
		signs := func(secrets ...string) {
			r.Helper()
			r.happen("t1")
			settle(time.Second)
			m := x.take()[0]
			require.Len(r, m.signatures, len(secrets))
			for i, secret := range secrets {
				want, err := webhook.Sign(secret, m.id, m.signed, m.body)
				require.NoError(r, err)
				assert.Equal(r, want, m.signatures[i])
			}
		}
		signs(second.Secret, w.Secret)
		settle(24 * time.Hour)
		signs(second.Secret)
		assert.Nil(r, r.webhook(w.ID).FormerSecretUntil)
	})
}

func TestTheSecretOfAWebhookIsSealed(t *testing.T) {
	x := &receivers{}
	keys := func(keys ...string) func(*host.Config) {
		return func(c *host.Config) { x.config(c); with(keys...)(c) }
	}
	r := newRig(t, keys(oldKey))
	w := r.hooked()
	raw := ""
	require.NoError(t, r.store.View(t.Context(), func(reader host.Reader) error {
		return reader.Scan("webhooks", "", "", func(_ string, decode func(any) error) (bool, error) {
			var v json.RawMessage
			err := decode(&v)
			raw += string(v)
			return true, err
		})
	}))
	assert.Contains(t, raw, w.ID)
	assert.NotContains(t, raw, w.Secret)
	assert.Equal(t, 1, r.secrets().Sealed)

	r.reboot(keys(newKey, oldKey))
	r.rotated()
	r.reboot(keys(newKey))
	assert.Empty(t, r.secrets().MissingKeys)
	_, err := r.TestWebhook(t.Context(), w.ID, admin)
	require.NoError(t, err)
	m := x.take()[0]
	want, err := webhook.Sign(w.Secret, m.id, m.signed, m.body)
	require.NoError(t, err)
	assert.Equal(t, []string{want}, m.signatures)

	r.reboot(keys(oldKey))
	assert.Equal(t, []host.MissingKey{{KeyID: keyID(t, newKey), Sealed: 1, Plugins: []string{}, Webhooks: []string{w.ID}}}, r.secrets().MissingKeys)
	_, err = r.TestWebhook(t.Context(), w.ID, admin)
	assert.Equal(t, "secret_key_missing", fault.CodeOf(err))
	_, err = r.RotateWebhookSecret(t.Context(), w.ID, 0, admin)
	require.NoError(t, err)
	_, err = r.TestWebhook(t.Context(), w.ID, admin)
	assert.NoError(t, err)
}

func TestARestoredHostTellsNothingOld(t *testing.T) {
	x := &receivers{}
	config := func(c *host.Config) { x.config(c); secretKey(c) }
	r := newRig(t, config)
	w := r.hooked()
	r.happen("t1", "t2", "t3")
	taken := func(r *rig, n uint64) {
		require.Eventually(t, func() bool { return r.webhook(w.ID).Deliveries.Delivered == n }, 10*time.Second, time.Millisecond)
	}
	taken(r, 3)
	former := map[string]bool{}
	for _, m := range x.take() {
		former[m.id] = true
	}
	again, err := restore(t, r.backup())
	require.NoError(t, err)
	again.reopen(config)
	assert.Equal(t, w.URL, again.webhook(w.ID).URL)
	again.happen("t4", "t5", "t6")
	taken(again, 3)
	for i, m := range x.take() {
		assert.Equal(t, fmt.Sprintf("t%d", 4+i), m.Type)
		assert.NotContains(t, former, m.id)
		want, err := webhook.Sign(w.Secret, m.id, m.signed, m.body)
		require.NoError(t, err)
		assert.Equal(t, []string{want}, m.signatures)
	}
}
