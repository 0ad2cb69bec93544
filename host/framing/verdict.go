package framing

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// State is whether a page can be shown in a frame.
type State string

// The states.
const (
	Allowed State = "allowed"
	Refused State = "refused"
	// Unknown means that the page could not be asked.
	Unknown State = "unknown"
)

// Verdict is a state with the reason, for people; an allowed one has none.
type Verdict struct {
	State  State  `json:"state"`
	Reason string `json:"reason"`
}

func refused(reason string) Verdict { return Verdict{Refused, reason} }

// Judge decides about a page at the URL that answered with the header, in a frame of a page of the origin.
func Judge(page *url.URL, header http.Header, console string) Verdict {
	self := originOf(page)
	ancestor, err := url.Parse(console)
	if err != nil {
		return Verdict{Unknown, "the console's own address is not understood"}
	}
	if mixed(ancestor, page) {
		return refused("the console is under TLS (https), and the page is not: browsers show no such page in it")
	}
	named := false
	for _, policy := range policies(header) {
		sources, ok := policy["frame-ancestors"]
		if !ok {
			continue
		}
		if named = true; !anySource(sources, page, ancestor) {
			return refused("its Content-Security-Policy (frame-ancestors) does not name the console")
		}
	}
	if named { // which takes the place of the older header
		return Verdict{State: Allowed}
	}
	return judgeOptions(header.Values("X-Frame-Options"), self == originOf(ancestor))
}

// judgeOptions decides by X-Frame-Options, whose unknown values browsers pass over.
func judgeOptions(values []string, same bool) Verdict {
	var words []string
	for _, word := range strings.Split(strings.Join(values, ","), ",") {
		if word = strings.ToLower(strings.Trim(word, " \t")); word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	known := func(word string) bool { return word == "deny" || word == "sameorigin" || word == "allowall" }
	switch {
	case len(words) > 1 && slices.ContainsFunc(words, known):
		return refused("its X-Frame-Options contradict each other, which browsers take for a refusal")
	case len(words) == 1 && words[0] == "deny":
		return refused("its X-Frame-Options say DENY: no site may show it in a frame")
	case len(words) == 1 && words[0] == "sameorigin" && !same:
		return refused("its X-Frame-Options say SAMEORIGIN: no other site may show it in a frame")
	}
	return Verdict{State: Allowed}
}

// mixed tells whether browsers take the page for mixed content in a page of the console. What is on the browser's own machine is none.
func mixed(console, page *url.URL) bool {
	return console.Scheme == "https" && page.Scheme != "https" && !ownMachine(page.Hostname())
}

func ownMachine(name string) bool {
	addr, err := netip.ParseAddr(name)
	name = strings.ToLower(name)
	return err == nil && addr.IsLoopback() || name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// originOf writes the origin of a URL with its port.
func originOf(u *url.URL) string {
	return strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Hostname()) + ":" + portOf(u)
}

// portOf is the URL's port, the scheme's where none is written.
func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return defaultPort(u.Scheme)
}

func defaultPort(scheme string) string {
	if strings.EqualFold(scheme, "https") {
		return "443"
	}
	return "80"
}
