//go:build !race

package sandbox_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
	"appzone/host/identitytest"
)

// One call in each kit verifies who asks.
func TestKitsVerifyWhoAsks(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		p.keys = p.dir("keys")
		var i *instance
		identitytest.Run(t, identitytest.Subject{
			Plugin: "guest",
			Publish: func(keys ...identity.Key) {
				identitytest.Publish(t, filepath.Join(p.keys, "jwks.json"), keys...)
				if i == nil {
					i = p.run()
				}
			},
			Verify: func(t testing.TB, token string) (identity.Claims, string) {
				var headers []string
				if token != "" {
					headers = []string{"X-AppZone-Identity", token}
				}
				res, body := i.ask("GET", "/identity", "", headers...)
				var got struct {
					identity.Claims
					Error string
				}
				require.NoError(t, json.Unmarshal([]byte(body), &got), body)
				assert.Equal(t, got.Error != "", res.StatusCode == 403, body)
				return got.Claims, got.Error
			},
		})
	})
}
