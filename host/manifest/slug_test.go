package manifest_test

import (
	"strings"
	"testing"

	"appzone/host/manifest"

	"github.com/stretchr/testify/assert"
)

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"MyScriptPlugin":                "myscriptplugin",
		"Microsoft Teams":               "microsoft-teams",
		"  --Ünïcödé & Straße--  ":      "unicode-strasse",
		"ﬁne ①②":                        "fine-12",
		"xn--bcher-kva":                 "xn-bcher-kva",
		"Łódź":                          "lodz",
		"a.b_c/d":                       "a-b-c-d",
		"9006":                          "9006",
		strings.Repeat("ab-", 30):       strings.Repeat("ab-", 21)[:62],
		strings.Repeat("x", 200):        strings.Repeat("x", 63),
		"<script>alert(1)</script>":     "script-alert-1-script",
		"../../etc/passwd":              "etc-passwd",
		"API Gateway":                   "api-gateway",
		"caf\u00e9":                     "cafe",
		"cafe\u0301":                    "cafe",
		"İstanbul":                      "istanbul",
		"K\u212a":                       "kk",
		"":                              "",
		"!!!":                           "",
		"Телеграм":                      "",
		"api":                           "",
		"Well Known":                    "",
		".well-known":                   "",
		"APPZONE":                       "",
		"Sdk!":                          "",
		"health z":                      "health-z",
		"Ｆｕｌｌ Ｗｉｄｔｈ":                    "full-width",
		"\u202eevil":                    "evil",
		"very   long   gaps are one":    "very-long-gaps-are-one",
		"-leading and trailing hyphen-": "leading-and-trailing-hyphen",
	} {
		got, err := manifest.Slug(name)
		assert.Equal(t, want, got, "%q", name)
		assert.Equal(t, want == "", err != nil, "%q", name)
		assert.Equal(t, want != "", manifest.ValidID(got), "%q", name)
	}
}

func TestSatisfies(t *testing.T) {
	for _, c := range []struct {
		version, versionRange string
		want                  bool
	}{
		{"20.1.0", ">=18", true}, {"v20.1.0", ">=18", true}, {"16.0.0", ">=18", false}, {"18.0.0", ">18", false}, {"19.0.0", ">18", true},
		{"18.9.9", "<=18", true}, {"18.9.9", "18", true}, {"18.9.9", "18.x", true}, {"19.0.0", "18.*", false}, {"1.9.0", ">=1.0 <2", true},
		{"2.0.0", ">= 1.0, < 2", false}, {"1.9.9", "^1.2", true}, {"2.0.0", "^1.2", false}, {"0.2.9", "^0.2.3", true}, {"0.3.0", "^0.2.3", false},
		{"1.2.9", "~1.2.3", true}, {"1.3.0", "~1.2.3", false}, {"1.9.0", "~1", true}, {"20.0.0", "18 || 20", true}, {"19.0.0", "18||20", false},
		{"1.2.3", "1.2.3", true}, {"1.2.4", "=1.2.3", false}, {"1.2.3", "*", true}, {"1.2.3", "", true}, {"1.2.3", "nonsense", false}, {"x", ">=1", false},
		{"1.0.0-rc.1", ">=1.0", false}, {"1.2.3", "||", false}, {"0.0.3", "^0.0.3", true}, {"0.0.4", "^0.0.3", false},
	} {
		assert.Equal(t, c.want, manifest.Satisfies(c.version, c.versionRange), "%s in %q", c.version, c.versionRange)
	}
}

func TestOutboundPatternsHaveOneForm(t *testing.T) {
	for pattern, want := range map[string]string{
		"API.example.com:443": "api.example.com:443",
		"*.Line.me:*":         "*.line.me:*",
		"10.0.0.0/8:5038":     "10.0.0.0/8:5038",
		"127.0.0.1:80":        "127.0.0.1:80",
		"[FD00::/8]:443":      "[fd00::/8]:443",
		"[2001:DB8::1]:443":   "[2001:db8::1]:443",
		"localhost:25":        "localhost:25",
		"xn--bcher-kva.de:80": "xn--bcher-kva.de:80",
	} {
		o, err := manifest.ParseOutbound(pattern)
		assert.NoError(t, err, pattern)
		assert.Equal(t, want, o.String())
		assert.NotEqual(t, o.Host != "", o.Prefix.IsValid(), "exactly one of the two")
	}
}
