package framing

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// policyMax bounds the bytes of policies that are read; a head has less in any case.
const policyMax = 64 << 10

// policies are the content security policies that a page enforces, each with its directives by name, and their values.
func policies(header http.Header) (all []map[string][]string) {
	text := strings.Join(header.Values("Content-Security-Policy"), ",")
	if len(text) > policyMax {
		text = text[:policyMax]
	}
	for _, policy := range strings.Split(text, ",") {
		directives := map[string][]string{}
		for _, directive := range strings.Split(policy, ";") {
			words := strings.FieldsFunc(directive, func(r rune) bool { return strings.ContainsRune(" \t\n\f\r", r) })
			if len(words) == 0 {
				continue
			}
			name := strings.ToLower(words[0])
			if _, twice := directives[name]; !twice { // the first one counts
				directives[name] = words[1:]
			}
		}
		if len(directives) > 0 {
			all = append(all, directives)
		}
	}
	return all
}

// anySource tells whether one of the sources of a page's frame-ancestors names the ancestor. What is not understood names nobody.
func anySource(sources []string, page, ancestor *url.URL) bool {
	for _, source := range sources {
		if names(strings.ToLower(source), page, ancestor) {
			return true
		}
	}
	return false
}

// A source is a scheme, or a host with or without a scheme, a port and a path. The path says nothing about an ancestor.
var (
	schemeSource = regexp.MustCompile(`^([a-z][a-z0-9+.-]*):$`)
	hostSource   = regexp.MustCompile(`^(?:([a-z][a-z0-9+.-]*)://)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::([0-9]+|\*))?(?:/[^?#]*)?$`)
)

// names tells whether a source, in small letters, names the ancestor.
func names(source string, page, ancestor *url.URL) bool {
	switch source {
	case "'self'":
		return originOf(page) == originOf(ancestor)
	case "*":
		return ancestor.Scheme == "http" || ancestor.Scheme == "https"
	}
	if m := schemeSource.FindStringSubmatch(source); m != nil {
		return schemeFits(m[1], ancestor.Scheme)
	}
	m := hostSource.FindStringSubmatch(source)
	if m == nil {
		return false
	}
	scheme, host, port := m[1], m[2], m[3]
	if scheme == "" {
		scheme = page.Scheme
	}
	return schemeFits(scheme, ancestor.Scheme) && hostFits(host, ancestor.Hostname()) && portFits(port, ancestor)
}

// schemeFits tells whether a source's scheme lets a scheme in: its own, and the one with TLS.
func schemeFits(source, scheme string) bool {
	return strings.EqualFold(source, scheme) || strings.EqualFold(source, "http") && strings.EqualFold(scheme, "https")
}

func hostFits(source, host string) bool {
	source, host = strings.Trim(source, "[]"), strings.ToLower(host)
	if source == "*" {
		return true
	}
	if rest, below := strings.CutPrefix(source, "*"); below {
		return strings.HasSuffix(host, rest) && len(host) > len(rest)
	}
	return source == host
}

func portFits(source string, ancestor *url.URL) bool {
	switch port := portOf(ancestor); source {
	case "*", port:
		return true
	case "":
		return port == defaultPort(ancestor.Scheme)
	case "80":
		return port == "443" && ancestor.Scheme == "https" // with TLS it is the other one
	default:
		return false
	}
}
