package manifest

import (
	"fmt"
	"slices"
)

// What pages may ask the browser for.
var browserFeatures = []string{"microphone", "camera", "clipboard-write", "popups", "downloads"}

// Methods that a public route may have.
var publicMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// The most items of each kind that a plugin may ask for.
const (
	maxOutbound = 64
	maxListen   = 16
	maxPlugins  = 64
	maxPublic   = 64
)

func (p *Permissions) validate(r *report, id string) {
	const at = "parameters.permissions."
	p.Network.validate(r)
	few(r, at+"plugins", p.Plugins, maxPlugins)
	for i, other := range p.Plugins {
		field := fmt.Sprintf(at+"plugins[%d]", i)
		switch {
		case !ValidID(other):
			r.wrong(field, "is %q and must be a plugin's id such as inbox", clip(other))
		case other == id:
			r.wrong(field, "is the plugin itself")
		}
	}
	p.validatePublic(r)
	few(r, at+"browser", p.Browser, len(browserFeatures))
	for i, feature := range p.Browser {
		if feature == "" {
			feature = "?"
		}
		r.oneOf(fmt.Sprintf(at+"browser[%d]", i), feature, browserFeatures...)
	}
	few(r, at+"desktop", p.Desktop, maxDesktop)
	for i, kind := range p.Desktop {
		if !desktopPattern.MatchString(kind) {
			r.wrong(fmt.Sprintf(at+"desktop[%d]", i), "is %q and must be screenPop, call.* or chat.*, or one event such as call.ringing", clip(kind))
		}
	}
}

func (n *Network) validate(r *report) {
	const at = "parameters.permissions.network."
	for i, pattern := range n.Outbound {
		o, err := ParseOutbound(pattern)
		if err != nil {
			r.wrong(fmt.Sprintf(at+"outbound[%d]", i), "is %q: it %s", clip(pattern), err)
			continue
		}
		n.Outbound[i] = o.String()
	}
	few(r, at+"outbound", n.Outbound, maxOutbound)
	few(r, at+"listen", n.Listen, maxListen)
	for i, port := range n.Listen {
		if port < 1 || port > 65535 {
			r.wrong(fmt.Sprintf(at+"listen[%d]", i), "is %d and must be 1 to 65535", port)
		}
	}
}

func (p *Permissions) validatePublic(r *report) {
	const at = "parameters.permissions.public"
	paths := make([]string, len(p.Public))
	for i, route := range p.Public {
		paths[i] = route.Path
		field := fmt.Sprintf("%s[%d]", at, i)
		r.routePath(field+".path", route.Path)
		if len(route.Methods) == 0 {
			r.wrong(field+".methods", `is missing: for example ["POST"]`)
		}
		few(r, field+".methods", route.Methods, len(publicMethods))
		for j, method := range route.Methods {
			if !slices.Contains(publicMethods, method) {
				r.wrong(fmt.Sprintf("%s.methods[%d]", field, j), "is %q and must be one of %v", clip(method), publicMethods)
			}
		}
	}
	few(r, at, paths, maxPublic)
}

// few checks that a list is short and names nothing twice.
func few[T comparable](r *report, field string, list []T, most int) {
	if len(list) > most {
		r.wrong(field, "has %d items and may have %d", len(list), most)
		return
	}
	for i, item := range list {
		if slices.Contains(list[:i], item) {
			r.wrong(fmt.Sprintf("%s[%d]", field, i), "is named twice")
		}
	}
}
