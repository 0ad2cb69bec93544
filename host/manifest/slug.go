package manifest

import (
	"slices"
	"strings"
	"unicode"

	"appzone/host/fault"

	"golang.org/x/text/unicode/norm"
)

// maxID is the most characters of an id: it is a label of a host name.
const maxID = 63

// reserved ids name parts of the host itself (B4).
var reserved = []string{
	"admin", "api", "app", "apps", "appzone", "assets", "console", "docs", "events", "healthz", "hooks", "internal",
	"localhost", "login", "metrics", "openapi", "plugins", "readyz", "samples", "sdk", "session", "static", "system", "well-known", "www",
}

// ValidID reports whether id can be a plugin's: [a-z0-9-], at most 63, with alphanumeric ends and no double
// hyphen (which keeps xn-- out), and not reserved.
func ValidID(id string) bool {
	if id == "" || len(id) > maxID || id[0] == '-' || id[len(id)-1] == '-' {
		return false
	}
	for k := range len(id) {
		switch b := id[k]; {
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9':
		case b == '-' && id[k-1] != '-':
		default:
			return false
		}
	}
	return !slices.Contains(reserved, id)
}

// letters that have no decomposition to a Latin letter.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// Slug makes the id of a plugin from its name: accents are taken off, everything but letters and digits of ASCII
// becomes one hyphen. The error is a *fault.Error of kind Invalid that names the field name.
func Slug(name string) (string, error) {
	id, problem := slug(name)
	if problem != "" {
		return "", fault.New(fault.Invalid, "manifest_invalid", "the plugin's name gives no id").WithField("name", "%s", problem)
	}
	return id, nil
}

// Words are the words of a name in the way of an id: accents are taken off, everything but letters and digits of ASCII becomes one
// hyphen, at most 63 characters. A name without a letter or digit gives "".
func Words(name string) string {
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(letters.Replace(strings.ToLower(name))) {
		switch {
		case unicode.Is(unicode.Mn, c):
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		default:
			gap = true
		}
	}
	id := b.String()
	if len(id) > maxID {
		id = strings.TrimRight(id[:maxID], "-")
	}
	return id
}

func slug(name string) (id, problem string) {
	id = Words(name)
	switch {
	case id == "":
		return "", "has no letter a to z and no digit, so that no id can be made from it: add some"
	case slices.Contains(reserved, id):
		return "", "gives the id " + id + ", which is reserved: choose another name"
	}
	return id, ""
}
