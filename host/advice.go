package host

import (
	"fmt"
	"net/url"
	"strings"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// advise adds what the host itself has to say about a version: what it asks for and will not get here, and what
// stands around it. r is nil where there are no other plugins to compare with.
func advise(r Reader, m *manifest.Manifest) ([]Finding, error) {
	var out []Finding
	add := func(s Severity, code, format string, args ...any) {
		out = append(out, Finding{Severity: s, Code: code, Message: fmt.Sprintf(format, args...)})
	}
	p := m.Parameters.Permissions
	adviseNetwork(m, add)
	if p != nil && p.InstallScripts {
		add(SeverityHigh, "install_scripts", "install scripts of its packages will run on this machine, inside the jail and with the machine's network")
	}
	if p != nil && len(p.Desktop) > 0 {
		add(SeverityMedium, "desktop_events", "its pages get what the telephone system says about the calls and chats of the member who has them open: %s", listed(p.Desktop))
	}
	if p != nil {
		if len(p.Network.Listen) > 0 {
			add(SeverityMedium, "not_offered", "it asks to open ports of its own, which this version of the host does not offer: it runs without")
		}
		for _, route := range p.Public {
			add(SeverityMedium, "public_route", "anybody who reaches this host may send %s %s to it, without logging in, at /hooks/%s%s",
				strings.Join(route.Methods, ", "), route.Path, m.ID, route.Path)
		}
	}
	if r == nil {
		return out, nil
	}
	alike, err := lookAlike(r, m)
	if alike != "" {
		add(SeverityMedium, "looks_alike", "its name is easily taken for that of the plugin %q", alike)
	}
	return out, err
}

// lookAlike finds another plugin whose id differs in hyphens, or in digits that look like letters, alone (row B4).
func lookAlike(r Reader, m *manifest.Manifest) (string, error) {
	found := ""
	err := tablePlugins.each(r, "", "", func(id string, _ Plugin) (bool, error) {
		if id != m.ID && skeleton(id) == skeleton(m.ID) {
			found = id
		}
		return found == "", nil
	})
	return found, err
}

// skeleton is what is left of an id when what the eye passes over is gone.
func skeleton(id string) string {
	return strings.NewReplacer("-", "", "0", "o", "1", "l", "i", "l", "5", "s", "rn", "m", "vv", "w").Replace(id)
}

// admit refuses a version that cannot run on this host at all: one that requires another host, or whose page is the
// host's own (row B7).
func (h *Host) admit(m *manifest.Manifest) error {
	if need := m.Parameters.Requires.AppZone; h.cfg.Version != "" && !manifest.Satisfies(h.cfg.Version, need) {
		return fault.New(fault.Invalid, "requirement_unmet", "plugin %q requires App Zone %s, and this is %s", m.ID, need, h.cfg.Version).
			WithField("parameters.requires.appzone", "is not met by version %s", h.cfg.Version)
	}
	return h.checkViews(m, nil)
}

// checkViews refuses views that are pages of this host, and, when the version's files are given, paths that are not there.
func (h *Host) checkViews(m *manifest.Manifest, files []File) error {
	views := m.Parameters.Views
	own, err := url.Parse(h.cfg.PublicURL)
	if err != nil {
		return fmt.Errorf("the host's public URL: %w", err)
	}
	for _, v := range []struct{ field, value string }{{"parameters.views.admin", views.Admin}, {"parameters.views.agent", views.Agent}} {
		if v.value == "" {
			continue
		}
		if u, err := url.Parse(v.value); err == nil && u.Host != "" {
			if strings.EqualFold(u.Host, own.Host) {
				return fault.New(fault.Invalid, "view_own_origin", "a view cannot be a page of this host").WithField(v.field, "names this host")
			}
			continue
		}
		if files != nil && !hasFile(files, v.value) {
			return fault.New(fault.Invalid, "file_missing", "there is no file %q in the plugin", v.value).WithField(v.field, "is not a file of the plugin")
		}
	}
	return nil
}

func hasFile(files []File, path string) bool {
	for _, f := range files {
		if f.Path == path {
			return true
		}
	}
	return false
}
