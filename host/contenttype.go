package host

import "strings"

// compressible tells whether a variant of files of this type is worth keeping: text is, images and archives are
// compressed already.
func compressible(contentType string) bool {
	base, _, _ := strings.Cut(contentType, ";")
	if strings.HasPrefix(base, "text/") {
		return true
	}
	switch base {
	case "application/json", "application/manifest+json", "application/xml", "application/wasm", "image/svg+xml",
		"application/javascript", "font/ttf", "font/otf", "image/bmp", "image/x-icon":
		return true
	}
	return false
}
