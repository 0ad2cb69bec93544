package api

import (
	"slices"
	"strings"

	"appzone/host"
)

// What the manifest's permissions.browser may name.
const (
	browserPopups    = "popups"
	browserDownloads = "downloads"
)

// sandboxBase is what every page may do: run, send its own forms, ask and print. What no page may do is navigate the window that shows
// it, with or without a click (row C4).
var sandboxBase = []string{"allow-scripts", "allow-forms", "allow-modals"}

// sandboxOf is what a plugin's page may do, as the sandbox attribute of a frame and the directive of the same name say it. On an origin of
// its own it may have that origin: with the console's it would be none (row C6). A window that it opens is in the same sandbox.
func sandboxOf(g *host.Grants, ownOrigin bool) string {
	tokens := slices.Clone(sandboxBase)
	if ownOrigin {
		tokens = append(tokens, "allow-same-origin")
	}
	if grantsBrowser(g, browserPopups) {
		tokens = append(tokens, "allow-popups")
	}
	if grantsBrowser(g, browserDownloads) {
		tokens = append(tokens, "allow-downloads")
	}
	return strings.Join(tokens, " ")
}

// features of browsers that reach for the member's devices, data or screen; true where a grant can give it.
var features = []struct {
	name    string
	granted bool
}{
	{"accelerometer", false}, {"camera", true}, {"clipboard-read", false}, {"clipboard-write", true}, {"display-capture", false},
	{"fullscreen", false}, {"geolocation", false}, {"gyroscope", false}, {"hid", false}, {"idle-detection", false}, {"local-fonts", false}, {"magnetometer", false},
	{"microphone", true}, {"midi", false}, {"otp-credentials", false}, {"payment", false}, {"publickey-credentials-create", false}, {"publickey-credentials-get", false},
	{"screen-wake-lock", false}, {"serial", false}, {"storage-access", false}, {"usb", false}, {"window-management", false}, {"xr-spatial-tracking", false},
}

// featurePolicy is the Permissions-Policy of a page: it and its frames have none of the features but those that were granted.
func featurePolicy(g *host.Grants) string {
	var b strings.Builder
	for _, f := range features {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(f.name)
		if f.granted && grantsBrowser(g, f.name) {
			b.WriteString("=(self)")
		} else {
			b.WriteString("=()")
		}
	}
	return b.String()
}

// allowOf is the allow attribute of the frame that shows a page of the origin. A sandboxed page has no origin that could be named.
func allowOf(g *host.Grants, origin string) string {
	to := "'src'"
	if origin == "null" {
		to = "*"
	}
	var allowed []string
	for _, f := range features {
		if f.granted && grantsBrowser(g, f.name) {
			allowed = append(allowed, f.name+" "+to)
		}
	}
	return strings.Join(allowed, "; ")
}

func grantsBrowser(g *host.Grants, feature string) bool {
	return g != nil && slices.Contains(g.Browser, feature)
}
