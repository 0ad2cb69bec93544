package host

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// externalOriginsMax bounds the origins of external views that are told.
const externalOriginsMax = 100

// ExternalOrigins are the origins of the external views of installed plugins that are not in quarantine, in order, each once, at most 100.
func (h *Host) ExternalOrigins(ctx context.Context) ([]string, error) {
	all, err := h.shelved(ctx)
	if err != nil {
		return nil, err
	}
	origins := map[string]bool{}
	for _, s := range all {
		views := s.manifest.Parameters.Views
		for _, page := range []string{views.Admin, views.Agent} {
			if origin := ExternalOrigin(page); origin != "" && s.bar == nil {
				origins[origin] = true
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(origins))
	return sorted[:min(len(sorted), externalOriginsMax)], nil
}

// plainAuthority is a host with or without a port, of which nothing can mean anything in a policy: url.Parse takes ";", "*" and quotes.
var plainAuthority = regexp.MustCompile(`^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)

// ExternalOrigin is the origin of a view on another site, as browsers write it: "" for a page of the plugin's own, and where the name of
// the site is not in ASCII.
func ExternalOrigin(page string) string {
	if _, external := PageURL("", page); !external {
		return ""
	}
	u, err := url.Parse(page)
	if err != nil {
		return ""
	}
	authority := strings.TrimSuffix(strings.ToLower(u.Host), map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	authority = strings.TrimSuffix(authority, ":")
	if !plainAuthority.MatchString(authority) {
		return ""
	}
	return u.Scheme + "://" + authority
}
