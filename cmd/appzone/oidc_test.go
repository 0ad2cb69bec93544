package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// setOIDC sets a whole configuration of single sign-on, with this one changed.
func setOIDC(t *testing.T, name, value string) {
	t.Helper()
	clearConfig(t)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("the client's secret\n"), 0o600))
	for n, v := range map[string]string{"XC_OIDC_ISSUER": "https://login.example.org/realms/zone", "XC_OIDC_CLIENT_ID": "zone", "XC_OIDC_CLIENT_SECRET_FILE": secret,
		"XC_OIDC_GROUP_MAP": "zone-admins=admin, support=agent:support"} {
		t.Setenv(n, v)
	}
	if name != "" {
		t.Setenv(name, value)
	}
}

func TestSingleSignOnIsConfigured(t *testing.T) {
	setOIDC(t, "", "")
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "the client's secret", c.OIDCClientSecret)
	assert.Len(t, c.OIDCGroupMap, 2)
	client, err := c.signOn()
	require.NoError(t, err)
	assert.NotNil(t, client)

	clearConfig(t)
	c, err = loadConfig()
	require.NoError(t, err)
	client, err = c.signOn()
	require.NoError(t, err)
	assert.Nil(t, client)
}

func TestMistakesOfSingleSignOnAreNamed(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"XC_OIDC_ISSUER", "", "XC_OIDC_CLIENT_ID is set, and XC_OIDC_ISSUER is not"},
		{"XC_OIDC_CLIENT_ID", "", "XC_OIDC_CLIENT_ID is not"},
		{"XC_OIDC_CLIENT_SECRET_FILE", "", "XC_OIDC_CLIENT_SECRET_FILE is not"},
		{"XC_OIDC_GROUP_MAP", "", "XC_OIDC_GROUP_MAP is not"},
		{"XC_OIDC_GROUP_MAP", "support=boss", `XC_OIDC_GROUP_MAP: "support=boss" has the role "boss"`},
		{"XC_OIDC_ISSUER", "http://login.example.org", "XC_OIDC_ISSUER"},
		{"XC_OIDC_CLIENT_SECRET_FILE", "missing", "XC_OIDC_CLIENT_SECRET_FILE"},
		{"XC_OIDC_CLIENT_SECRET", "planted", "both set"},
		{"XC_CA_FILE", "missing.pem", "XC_CA_FILE: open missing.pem"},
		{"XC_CA_FILE", os.DevNull, "has no certificate (PEM)"},
		{"XC_CA_FILE", ".", "XC_CA_FILE: "},
	} {
		setOIDC(t, c.name, c.value)
		_, err := loadConfig()
		require.ErrorContains(t, err, c.want, c.name+"="+c.value)
		assert.NotContains(t, err.Error(), "planted", "H8")
	}
}
