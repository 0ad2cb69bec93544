package host

import (
	"context"
	"net/url"
	"slices"

	"appzone/host/fault"
)

// Hook is the site of a plugin whose granted public routes have this method and path, exactly. path is raw, as it came, and is decoded
// once. What is not granted is told as what is not there.
func (h *Host) Hook(ctx context.Context, id, method, path string) (*Site, string, error) {
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return nil, "", errNoHook()
	}
	site, err := h.siteOf(ctx, id)
	if fault.CodeOf(err) == codeNoPlugin {
		return nil, "", errNoHook()
	}
	if err != nil {
		return nil, "", err
	}
	if !site.Script || !site.Grants.opens(method, decoded) {
		return nil, "", errNoHook()
	}
	if err := site.refusal(); err != nil { // anybody may ask, and the reason is for those who have the plugin
		return nil, "", fault.New(fault.Unavailable, fault.CodeOf(err), "the plugin is not in service; ask whoever runs it")
	}
	return site, decoded, nil
}

// errNoHook is one answer to all that is not public, so that nobody learns which plugins there are.
func errNoHook() *fault.Error {
	return fault.New(fault.NotFound, codeNoPlugin,
		"nothing is public here: method and path must be those of a route that an installed plugin names in permissions.public and was granted")
}

// opens tells whether g makes the route public.
func (g *Grants) opens(method, path string) bool {
	if g == nil {
		return false
	}
	for _, route := range g.Public {
		if route.Path == path && slices.Contains(route.Methods, method) {
			return true
		}
	}
	return false
}
