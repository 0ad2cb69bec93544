package manifest

import (
	"net/mail"
	"regexp"
	"strings"

	"golang.org/x/mod/semver"
)

// The most characters that texts may have.
const (
	maxName        = 100
	maxDescription = 2000
	maxEmail       = 254
	maxURL         = 2048
)

// DefaultIcon is the icon of a plugin that names none.
const DefaultIcon = "icon-apps"

var (
	versionPattern    = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._+-]{0,63}$`)
	iconPattern       = regexp.MustCompile(`^icon-[a-z0-9-]{1,58}$`)
	scriptNamePattern = regexp.MustCompile(`^[A-Za-z0-9._][A-Za-z0-9._ -]{0,63}$`)
)

func (m *Manifest) validate(r *report) {
	m.validateName(r)
	m.validateVersion(r)
	m.Description = r.paragraph("description", m.Description, maxDescription)
	if m.Description == "" {
		r.wrong("description", "is missing: say what the plugin does")
	}
	m.Author.validate(r)
	m.Sidebar = r.oneOf("sidebar", m.Sidebar, SidebarAlways, SidebarAdminOnly, SidebarAgentOnly, SidebarNever)
	m.validateIcon(r)
	switch m.Type {
	case TypeHTML, TypeScript:
		m.Parameters.validate(r, m.Type)
	case "":
		r.wrong("type", "is missing: html or script")
	default:
		r.oneOf("type", m.Type, TypeHTML, TypeScript)
	}
	if p := m.Parameters.Permissions; p != nil && m.ID != "" {
		p.validate(r, m.ID)
	}
}

func (m *Manifest) validateName(r *report) {
	m.ID = ""
	m.Name = r.lineText("name", m.Name, maxName)
	if m.Name == "" {
		r.wrong("name", "is missing: name the plugin")
		return
	}
	id, err := slug(m.Name)
	if err != "" {
		r.wrong("name", "%s", err)
		return
	}
	m.ID = id
}

func (m *Manifest) validateVersion(r *report) {
	switch {
	case m.Version == "":
		r.wrong("version", `is missing: for example "1.0.0"`)
	case !versionPattern.MatchString(m.Version):
		r.wrong("version", "may have 64 letters, digits and . _ + -, and starts with a letter or a digit")
	case !semver.IsValid("v" + m.Version):
		r.warnField("version", "version_not_semantic", `the version %q is not a semantic one; use for example "1.0.0"`, m.Version)
	}
}

func (a *Author) validate(r *report) {
	a.Name = r.lineText("author.name", a.Name, maxName)
	a.Email = r.lineText("author.email", a.Email, maxEmail)
	if a.Email != "" {
		address, err := mail.ParseAddress(a.Email)
		if err != nil || address.Address != a.Email {
			r.wrong("author.email", "is not an e-mail address such as name@example.com")
		}
	}
	a.Website = strings.TrimSpace(a.Website)
	if a.Website != "" {
		if problem := checkURL(a.Website); problem != "" {
			r.wrong("author.website", "%s", problem)
		}
	}
}

func (m *Manifest) validateIcon(r *report) {
	if m.Icon != "" && !iconPattern.MatchString(m.Icon) {
		r.warnField("icon", "icon_unknown", "the icon %q is not a name such as %s; %s is shown", clip(m.Icon), DefaultIcon, DefaultIcon)
		m.Icon = ""
	}
	if m.Icon == "" {
		m.Icon = DefaultIcon
	}
}
