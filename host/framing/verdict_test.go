package framing_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/framing"
)

const console = "https://zone.example.org"

func TestFramingIsJudgedAsBrowsersDo(t *testing.T) {
	const csp, options = "Content-Security-Policy", "X-Frame-Options"
	for _, c := range []struct {
		name, page, console string
		header              []string
		want                framing.State
	}{
		{"nothing said", "", "", nil, framing.Allowed},
		{"deny", "", "", []string{options, "DENY"}, framing.Refused},
		{"deny twice", "", "", []string{options, "deny, DENY", options, " deny "}, framing.Refused},
		{"same origin", "", "", []string{options, "SameOrigin"}, framing.Refused},
		{"same origin, and it is", "https://zone.example.org:443/x", "", []string{options, "SAMEORIGIN"}, framing.Allowed},
		{"contradiction", "", "", []string{options, "ALLOWALL", options, "DENY"}, framing.Refused},
		{"allow all", "", "", []string{options, "ALLOWALL"}, framing.Allowed},
		{"a value that browsers pass over", "", "", []string{options, "ALLOW-FROM https://other.example"}, framing.Allowed},
		{"policy without ancestors", "", "", []string{csp, "default-src 'none'"}, framing.Allowed},
		{"policy without ancestors, and deny", "", "", []string{csp, "default-src 'none'", options, "DENY"}, framing.Refused},
		{"the policy takes the place of the other", "", "", []string{csp, "frame-ancestors *", options, "DENY"}, framing.Allowed},
		{"none", "", "", []string{csp, "default-src 'self'; frame-ancestors 'none'"}, framing.Refused},
		{"nothing named", "", "", []string{csp, "frame-ancestors"}, framing.Refused},
		{"only reported", "", "", []string{"Content-Security-Policy-Report-Only", "frame-ancestors 'none'"}, framing.Allowed},
		{"self", "", "", []string{csp, "frame-ancestors 'self'"}, framing.Refused},
		{"self, and it is", "https://zone.example.org/x", "", []string{csp, "Frame-Ancestors 'SELF'"}, framing.Allowed},
		{"all", "", "", []string{csp, "frame-ancestors *"}, framing.Allowed},
		{"a scheme", "", "", []string{csp, "frame-ancestors https:"}, framing.Allowed},
		{"the scheme without TLS lets the one with it in", "", "", []string{csp, "frame-ancestors http:"}, framing.Allowed},
		{"another scheme", "", "http://zone.example.org", []string{csp, "frame-ancestors https:"}, framing.Refused},
		{"a host", "", "", []string{csp, "frame-ancestors 'self' ZONE.example.org"}, framing.Allowed},
		{"a host of another scheme", "", "http://zone.example.org", []string{csp, "frame-ancestors zone.example.org"}, framing.Refused},
		{"a host with a path", "", "", []string{csp, "frame-ancestors https://zone.example.org/console/"}, framing.Allowed},
		{"another host", "", "", []string{csp, "frame-ancestors https://example.org"}, framing.Refused},
		{"hosts below", "", "", []string{csp, "frame-ancestors *.example.org"}, framing.Allowed},
		{"hosts below, and not itself", "", "", []string{csp, "frame-ancestors *.zone.example.org"}, framing.Refused},
		{"another end of a name", "", "https://evilexample.org", []string{csp, "frame-ancestors *.example.org"}, framing.Refused},
		{"another port", "", "https://zone.example.org:8443", []string{csp, "frame-ancestors https://zone.example.org"}, framing.Refused},
		{"its port", "", "https://zone.example.org:8443", []string{csp, "frame-ancestors zone.example.org:8443"}, framing.Allowed},
		{"any port", "", "https://zone.example.org:8443", []string{csp, "frame-ancestors zone.example.org:*"}, framing.Allowed},
		{"the port without TLS", "", "", []string{csp, "frame-ancestors zone.example.org:80"}, framing.Allowed},
		{"two policies, one header", "", "", []string{csp, "frame-ancestors *, frame-ancestors 'none'"}, framing.Refused},
		{"two policies, two headers", "", "", []string{csp, "frame-ancestors 'none'", csp, "frame-ancestors *"}, framing.Refused},
		{"the first of a name counts", "", "", []string{csp, "frame-ancestors *; frame-ancestors 'none'"}, framing.Allowed},
		{"what is not understood", "", "", []string{csp, "frame-ancestors zone.example.org:x ://zone.example.org 'nonce-x' *zone.example.org"}, framing.Refused},
		{"without TLS in a console with it", "http://crm.example.com/", "", nil, framing.Refused},
		{"without TLS on the browser's own machine", "http://localhost:8080/", "", nil, framing.Allowed},
		{"neither with TLS", "http://crm.example.com/", "http://zone.example.org", nil, framing.Allowed},
		{"an address", "", "http://[::1]:8080", []string{csp, "frame-ancestors http://[::1]:8080"}, framing.Allowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			page, err := url.Parse("https://crm.example.com/a")
			if c.page != "" {
				page, err = url.Parse(c.page)
			}
			require.NoError(t, err)
			header := http.Header{}
			for k := 0; k < len(c.header); k += 2 {
				header.Add(c.header[k], c.header[k+1])
			}
			from := console
			if c.console != "" {
				from = c.console
			}
			got := framing.Judge(page, header, from)
			assert.Equal(t, c.want, got.State, got.Reason)
			assert.Equal(t, got.State == framing.Allowed, got.Reason == "", "a refusal has its reason, and nothing else has")
		})
	}
}

// A site says what it likes: whatever that is, it is no more than allowed or refused, and a policy that names nobody refuses.
func FuzzJudge(f *testing.F) {
	f.Add("frame-ancestors 'self' https://*.example.org:*/x, default-src 'none'", "DENY, sameorigin")
	f.Add("frame-ancestors *;;, ;frame-ancestors", "ALLOW-FROM x")
	page, err := url.Parse("https://crm.example.com/a")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, policy, options string) {
		header := http.Header{"Content-Security-Policy": {policy}, "X-Frame-Options": {options}}
		got := framing.Judge(page, header, console)
		assert.Contains(t, []framing.State{framing.Allowed, framing.Refused}, got.State)
		header.Add("Content-Security-Policy", "frame-ancestors 'none'")
		if len(policy) < 1000 {
			assert.Equal(t, framing.Refused, framing.Judge(page, header, console).State, "one more policy never lets anybody in")
		}
		if !strings.Contains(strings.ToLower(policy), "frame-ancestors") {
			only := framing.Judge(page, http.Header{"X-Frame-Options": {options}}, console)
			assert.Equal(t, only, got, "a policy about something else changes nothing")
		}
	})
}
