package manifest

import (
	"net/url"
	"path"
	"strings"
)

// maxPath is the most bytes that a path inside the zip may have.
const maxPath = 512

// filePath cleans the path of a file inside the zip and refuses what could lead out of it or be taken for a
// command line flag (B3).
func (r *report) filePath(field, p string) string {
	clean, problem := cleanPath(p)
	if problem != "" {
		r.wrong(field, "%s", problem)
		return p
	}
	return clean
}

func cleanPath(p string) (clean, problem string) {
	switch {
	case len(p) > maxPath:
		return "", "is longer than 512 bytes"
	case strings.ContainsFunc(p, Invisible):
		return "", "holds a control or invisible character"
	case strings.Contains(p, `\`):
		return "", "holds a backslash; folders are separated by /"
	case strings.Contains(p, ":"):
		return "", "holds a colon; it is the path of a file inside the zip"
	case strings.HasPrefix(p, "/"):
		return "", "starts with /; paths are relative to manifest.json"
	}
	for strings.HasPrefix(p, "./") {
		p = p[2:]
	}
	for part := range strings.SplitSeq(p, "/") {
		switch {
		case part == "..":
			return "", "leads out of its folder by .."
		case strings.HasPrefix(part, "-"):
			return "", "has a part that starts with -, which programs take for a flag"
		}
	}
	if p == "" || p == "." || strings.HasSuffix(p, "/") {
		return "", "names a folder; name the file"
	}
	if c := path.Clean(p); c != p {
		return "", "is not a plain path; write " + clip(c)
	}
	return p, ""
}

// view checks a page: an absolute http(s) URL, or the path of a file inside the zip (B7).
func (r *report) view(field, v string) string {
	v = strings.TrimSpace(v)
	if strings.Contains(v, ":") || strings.HasPrefix(v, "//") {
		if problem := checkURL(v); problem != "" {
			r.wrong(field, "%s", problem)
		}
		return v
	}
	if strings.ContainsAny(v, "?#%") {
		r.wrong(field, "holds one of ? # %%; a page is an absolute URL or the plain path of a file in the zip")
		return v
	}
	return r.filePath(field, v)
}

// checkURL returns what is wrong with an address that a browser will open, or "".
func checkURL(s string) string {
	const right = "an absolute URL such as https://www.example.com"
	if len(s) > maxURL {
		return "is longer than 2048 bytes"
	}
	if strings.ContainsFunc(s, func(c rune) bool { return Invisible(c) || c == ' ' || c == '\\' }) {
		return "holds a blank, a backslash or an invisible character; it must be " + right
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "is not a URL; it must be " + right
	case u.Scheme == "" && u.Host == "":
		return "has no http:// or https://; it must be " + right
	case u.Scheme != "http" && u.Scheme != "https":
		return "is not http or https; it must be " + right
	case u.User != nil:
		return "holds a user name or password; remove it"
	case u.Hostname() == "" || u.Opaque != "":
		return "names no host; it must be " + right
	}
	return ""
}

// routePath checks the path of a request, such as /healthz.
func (r *report) routePath(field, p string) {
	switch {
	case !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//"):
		r.wrong(field, "must start with one /")
	case len(p) > maxPath || strings.ContainsAny(p, " \\?#%;") || strings.ContainsFunc(p, Invisible):
		r.wrong(field, `must be a plain path without blanks and \ ? # %% ;`)
	case p != "/" && path.Clean(p) != strings.TrimSuffix(p, "/"):
		r.wrong(field, "must not hold . or .. or empty parts")
	}
}
