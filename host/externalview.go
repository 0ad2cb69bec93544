package host

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"appzone/host/framing"
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

// Framing tells whether a view on another site can be shown in a frame of a page of the console's origin. It asks the view, which takes at
// most three seconds, and remembers the answer. It is for views of installed plugins alone.
func (h *Host) Framing(ctx context.Context, view, console string) framing.Verdict {
	sites, err := h.ExternalOrigins(ctx)
	if err != nil {
		return framing.Verdict{State: framing.Unknown, Reason: "what the console frames is not known"}
	}
	if !slices.Contains(sites, ExternalOrigin(view)) { // its name has letters beyond ASCII, or there are too many
		return framing.Verdict{State: framing.Refused, Reason: "the console does not frame this site"}
	}
	return h.framing.Ask(ctx, view, console, sites)
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
