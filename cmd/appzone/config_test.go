package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clear takes every variable of the configuration out of the environment, and the test into an empty folder.
func clearConfig(t *testing.T) {
	t.Helper()
	for _, name := range variables() {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	t.Chdir(t.TempDir())
}

// variables are the names that the configuration reads.
func variables() []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config]()) {
		names = append(names, f.Tag.Get("env"))
	}
	slices.Sort(names)
	return names
}

func TestEveryVariableIsDocumented(t *testing.T) {
	for file, pattern := range map[string]string{
		"../../.env.example": `(?m)^#?(XC_[A-Z_]+)=`,
		"../../README.md":    "(?m)^\\| `(XC_[A-Z_]+)`",
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var found []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		assert.Equal(t, variables(), found, file)
	}
}

func TestTheExampleHoldsTheDefaults(t *testing.T) {
	text, err := os.ReadFile("../../.env.example")
	require.NoError(t, err)
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config]()) {
		if d := f.Tag.Get("envDefault"); d != "" {
			assert.Contains(t, string(text), "#"+f.Tag.Get("env")+"="+d+"\n")
		}
	}
}

func TestDefaults(t *testing.T) {
	clearConfig(t)
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "http://localhost:8080", c.PublicURL)
	assert.False(t, bool(c.PluginRestart))
	assert.Equal(t, 300*time.Second, c.restartDelay())
	assert.Equal(t, int64(50), c.MaxUploadMB)
}

func TestTheEnvironmentComesBeforeDotEnv(t *testing.T) {
	clearConfig(t)
	t.Cleanup(func() { _ = os.Unsetenv("XC_MAX_UPLOAD_MB") })
	require.NoError(t, os.WriteFile(".env", []byte("XC_ADDR=localhost:1\nXC_MAX_UPLOAD_MB=7\n"), 0o600))
	t.Setenv("XC_ADDR", "127.0.0.1:2")
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:2", c.Addr)
	assert.Equal(t, int64(7), c.MaxUploadMB)
}

// The documented switch: false or absent, plugins do not come back; on without a delay, after 300 seconds. Other switches are written alike.
func TestPluginRestart(t *testing.T) {
	for text, want := range map[string]any{"": false, "false": false, "0": false, "no": false, "False": false, "true": true, "1": true, "TRUE": true, "yes": true, "maybe": nil} {
		clearConfig(t)
		t.Setenv("XC_PLUGIN_RESTART", text)
		t.Setenv("XC_REQUIRE_SIGNATURE", text)
		c, err := loadConfig()
		if want == nil {
			require.ErrorContains(t, err, "maybe")
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, bool(c.PluginRestart), text)
		assert.Equal(t, want, bool(c.RequireSigned), text)
	}
	for text, want := range map[string]time.Duration{"": 300 * time.Second, "5": 5 * time.Second, "0": time.Nanosecond} {
		clearConfig(t)
		t.Setenv("XC_PLUGIN_RESTART_DELAY", text)
		c, err := loadConfig()
		require.NoError(t, err, text)
		assert.Equal(t, want, c.restartDelay(), text)
	}
}

func TestThePublicURLHasOneForm(t *testing.T) {
	clearConfig(t)
	t.Setenv("XC_PUBLIC_URL", "https://Zone.example.org:443/")
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "https://zone.example.org", c.PublicURL)
}

func TestThePublicURLFollowsTheAddress(t *testing.T) {
	for addr, want := range map[string]string{"localhost:80": "http://localhost", ":9000": "http://localhost:9000", "0.0.0.0:8080": "http://localhost:8080",
		"[::]:8080": "http://localhost:8080", "[::1]:8080": "http://[::1]:8080", "zone.example.org:8080": "http://zone.example.org:8080"} {
		clearConfig(t)
		t.Setenv("XC_ADDR", addr)
		c, err := loadConfig()
		require.NoError(t, err)
		assert.Equal(t, want, c.PublicURL)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for name, value := range map[string]string{"XC_ADDR": "8080", "XC_MAX_UPLOAD_MB": "lots", "XC_PLUGIN_RESTART_DELAY": "-1", "XC_TRUSTED_PROXIES": "here",
		"XC_TLS_CERT": "only one.pem", "XC_ADMIN_PASSWORD_FILE": "missing", "XC_SECRET_KEY_FILE": "missing", "XC_TLS_AUTOCERT_DIRECTORY": "http://ca.example.org/directory"} {
		clearConfig(t)
		t.Setenv(name, value)
		_, err := loadConfig()
		require.ErrorContains(t, err, name)
		assert.NotContains(t, err.Error(), "strconv", "words that people know")
	}
	clearConfig(t)
	t.Setenv("XC_MAX_UPLOAD_MB", "0")
	_, err := loadConfig()
	require.ErrorContains(t, err, "XC_MAX_UPLOAD_MB")
	t.Setenv("XC_UPGRADE_TRIAL", "0") // by which every version would be taken back at once
	_, err = loadConfig()
	require.ErrorContains(t, err, "XC_UPGRADE_TRIAL")
}

// F9: a wall that is required by a name that nobody knows would be silently missing.
func TestVariablesThatDoNothingAreNamed(t *testing.T) {
	assert.Equal(t, []string{"XC_ADDRESS", "XC_REQUIRE_WALL"},
		unknownVariables([]string{"XC_REQUIRE_WALL=files", "XC_REQUIRE_WALLS=files", "XC_ADDRESS=:80", "XC_ADDR=:80", "PATH=/bin", "XC_SECRET_KEY=a=b"}))
	assert.Empty(t, unknownVariables(nil))
}

func TestRequiredWallsAreKnown(t *testing.T) {
	for text, want := range map[string]wallNames{"": nil, " Network, files,network,": {"network", "files"}, "cpu": {"cpu"}} {
		clearConfig(t)
		t.Setenv("XC_REQUIRE_WALLS", text)
		c, err := loadConfig()
		require.NoError(t, err, text)
		assert.Equal(t, want, c.RequireWalls, text)
	}
	clearConfig(t)
	t.Setenv("XC_REQUIRE_WALLS", "network,firewall")
	_, err := loadConfig()
	require.ErrorContains(t, err, `XC_REQUIRE_WALLS: "firewall" is not a wall; the walls are network, files, processes`)
}

func TestSecretsComeFromFiles(t *testing.T) {
	clearConfig(t)
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("from a file \n"), 0o600))
	t.Setenv("XC_ADMIN_PASSWORD_FILE", file)
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "from a file ", c.AdminPassword)
	t.Setenv("XC_ADMIN_PASSWORD", "and a variable")
	_, err = loadConfig()
	require.ErrorContains(t, err, "both set")
	assert.False(t, strings.Contains(err.Error(), "and a variable"), "H8")
}

// A key is changed by putting the new one in front of the old one.
func TestSeveralSecretKeysAreLines(t *testing.T) {
	clearConfig(t)
	t.Cleanup(func() { _ = os.Unsetenv("XC_SECRET_KEY") })
	require.NoError(t, os.WriteFile(".env", []byte(`XC_SECRET_KEY="a new passphrase\nan older passphrase"`+"\n"), 0o600))
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "a new passphrase\nan older passphrase", c.SecretKey)
}

func TestTrustedProxiesAreNetworksAndAddresses(t *testing.T) {
	clearConfig(t)
	t.Setenv("XC_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.7,::1")
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, prefixes{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.7/32"), netip.MustParsePrefix("::1/128")}, c.TrustedProxies)
}

func TestCertificatesOfAnAuthorityAreForPublicNames(t *testing.T) {
	clearConfig(t)
	t.Setenv("XC_TLS_AUTOCERT", "Zone.example.org, www.example.org,zone.example.org")
	t.Setenv("XC_ADDR", ":8443")
	c, err := loadConfig()
	require.NoError(t, err)
	assert.Equal(t, publicNames{"zone.example.org", "www.example.org"}, c.TLSAutocert)
	assert.Equal(t, "https://zone.example.org", c.PublicURL)
	assert.True(t, c.tls())
	t.Setenv("XC_PUBLIC_URL", "https://www.example.org")
	c, err = loadConfig()
	require.NoError(t, err)
	assert.Equal(t, "https://www.example.org", c.PublicURL)

	t.Setenv("XC_TLS_CERT", "cert.pem")
	t.Setenv("XC_TLS_KEY", "key.pem")
	_, err = loadConfig()
	require.ErrorContains(t, err, "XC_TLS_AUTOCERT and XC_TLS_CERT are both set")

	for _, name := range []string{"localhost", "zone", "zone.localhost", "10.1.2.3", "0x7f.1", "*.example.org", "zone.example.org:443", "https://zone.example.org", "zone_1..org", "::1"} {
		clearConfig(t)
		t.Setenv("XC_TLS_AUTOCERT", name)
		_, err = loadConfig()
		require.ErrorContains(t, err, "XC_TLS_AUTOCERT", name)
	}
}

func TestWhereThePagesOfPluginsAre(t *testing.T) {
	for _, c := range []struct {
		env    map[string]string
		domain string
		ports  portRange
	}{
		{nil, "localhost", portRange{}},
		{map[string]string{"XC_ADDR": "0.0.0.0:8080"}, "localhost", portRange{}},
		{map[string]string{"XC_ADDR": "127.0.0.1:8080"}, "localhost", portRange{}},
		{map[string]string{"XC_PUBLIC_URL": "https://zone.example.org"}, "", portRange{}},
		{map[string]string{"XC_PUBLIC_URL": "https://zone.example.org", "XC_APPS_DOMAIN": "Apps.example.net"}, "apps.example.net", portRange{}},
		{map[string]string{"XC_PUBLIC_URL": "http://zone.example.org", "XC_APPS_DOMAIN": "apps.zone.example.org"}, "apps.zone.example.org", portRange{}},
		{map[string]string{"XC_APPS_PORTS": "9000-9099"}, "", portRange{9000, 9099}},
		{map[string]string{"XC_APPS_PORTS": " 9000 "}, "", portRange{9000, 9000}},
	} {
		clearConfig(t)
		for name, value := range c.env {
			t.Setenv(name, value)
		}
		got, err := loadConfig()
		require.NoError(t, err, "%v", c.env)
		assert.Equal(t, c.domain, got.AppsDomain, "%v", c.env)
		assert.Equal(t, c.ports, got.AppsPorts, "%v", c.env)
	}
	for _, c := range []struct {
		public, domain, ports, want string
	}{
		{"", "apps.example.org", "9000-9001", "both set"},
		{"https://zone.example.org", "https://apps.example.org", "", "without scheme and port"},
		{"https://zone.example.org", "apps.example.org:8443", "", "without scheme and port"},
		{"https://zone.example.org", "-apps.example.org", "", "must be a domain"},
		{"https://zone.example.org", "10.0.0.1", "", "must be a domain"},
		{"https://zone.example.org", strings.Repeat("a.", 120) + "org", "", "must be a domain"},
		{"https://zone.example.org", "zone.example.org", "", "the console must be elsewhere"},
		{"https://zone.example.org", "example.org", "", "the console must be elsewhere"},
		{"https://zone.example.org", "localhost", "", "its own machine"},
		{"http://zone.example.org", "apps.example.net", "", "serve HTTPS"},
		{"http://zone.example.co.uk", "apps.other.co.uk", "", "a domain below example.co.uk"},
		{"", "", "8000-8100", "port 8080"},
		{"https://zone.example.org:9001", "", "9000-9010", "port 9001"},
		{"", "", "9000-", "no range of ports"},
		{"", "", "9010-9000", "no range of ports"},
		{"", "", "0-10", "no range of ports"},
		{"", "", "65000-65536", "no range of ports"},
		{"", "", "9000-10000", "more than 1000"},
	} {
		clearConfig(t)
		for name, value := range map[string]string{"XC_PUBLIC_URL": c.public, "XC_APPS_DOMAIN": c.domain, "XC_APPS_PORTS": c.ports} {
			if value != "" {
				t.Setenv(name, value)
			}
		}
		_, err := loadConfig()
		require.ErrorContains(t, err, c.want, "%+v", c)
		require.ErrorContains(t, err, "XC_APPS_", "%+v", c)
	}
}

func TestPagesHaveTheNamesOfInstalledPlugins(t *testing.T) {
	asked := ""
	has := func(id string) bool { asked = id; return id == "clock" }
	ofPages := (&config{AppsDomain: "apps.example.org"}).ofPages(has)
	assert.True(t, ofPages("clock.apps.example.org"))
	assert.False(t, ofPages("other.apps.example.org"))
	asked = ""
	assert.False(t, ofPages("clock.example.org"))
	assert.False(t, ofPages("apps.example.org"))
	assert.False(t, (&config{}).ofPages(has)("clock."))
	assert.Empty(t, asked)
}
