package static

import "appzone/host"

// Resolve is what Serve makes of a raw path: the digest of the file that it names, or that it names a folder without its slash.
func Resolve(site *host.Site, raw string) (file host.Digest, folder bool) {
	decoded, ok := decode(raw)
	if !ok {
		return "", false
	}
	e, folder := find(index(site), decoded)
	if e == nil {
		return "", folder
	}
	return e.forms[identity].digest, folder
}
