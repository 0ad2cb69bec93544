package host

import (
	"os"
	"strings"
	"time"
)

// timeZone is the host's, for the plugins' TZ.
func timeZone() string {
	if name := time.Local.String(); name != "Local" {
		return name
	}
	if target, err := os.Readlink("/etc/localtime"); err == nil {
		if _, name, ok := cutZone(target); ok {
			return name
		}
	}
	return "UTC"
}

// cutZone finds the zone's name in the target of /etc/localtime.
func cutZone(target string) (before, name string, ok bool) {
	return strings.Cut(target, "/zoneinfo/")
}
