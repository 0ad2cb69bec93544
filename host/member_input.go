package host

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"appzone/host/fault"
)

// usernameMax is the most characters of a user name.
const usernameMax = 64

// reservedUsernames stand for somebody else where an actor is named.
var reservedUsernames = []string{"anonymous", "host", "plugin", "system"}

// memberInput is what POST and PATCH /staff take: absent fields stay, null clears.
type memberInput struct {
	Username json.RawMessage `json:"username"`
	Password json.RawMessage `json:"password"`
	Kind     json.RawMessage `json:"kind"`
	Role     json.RawMessage `json:"role"`
	Profile  json.RawMessage `json:"profile"`
	Plugins  json.RawMessage `json:"plugins"`

	// hash is the password's; "" is none.
	hash string
}

// readMember decodes the input and hashes its password, before anything is locked.
func readMember(body []byte) (in memberInput, err error) {
	if err := decodePatch(body, &in); err != nil {
		return in, err
	}
	var secret *string
	e := errMemberInvalid()
	if take(e, "password", in.Password, &secret); len(e.Fields) > 0 {
		return in, e
	}
	if secret != nil {
		in.hash, err = hashPassword(*secret)
	}
	return in, err
}

// decodePatch decodes a merge patch into raw fields. Unknown ones are refused by name.
func decodePatch(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	e := fault.Wrap(err, fault.Malformed, "body_malformed", "the request's body is not what this operation takes")
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		e.WithField(strings.Trim(name, `"`), "is not known here, or cannot be changed")
	}
	return e
}

// take sets *to from a field of a patch: absent leaves it, null is the zero value.
func take[T any](e *fault.Error, field string, raw json.RawMessage, to *T) {
	if raw == nil {
		return
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		e.WithField(field, "has the wrong type")
		return
	}
	*to = v
}

// apply changes m, but for its name.
func (in *memberInput) apply(e *fault.Error, m *memberRecord) {
	take(e, "kind", in.Kind, &m.Kind)
	take(e, "role", in.Role, &m.Role)
	take(e, "profile", in.Profile, &m.Profile)
	if in.Plugins != nil {
		takePlugins(e, in.Plugins, &m.Plugins)
	}
	if in.Password != nil {
		m.PasswordHash = in.hash
	}
	if m.Kind == KindService {
		if in.hash != "" {
			e.WithField("password", "must be left out: a service has tokens and nothing else")
		}
		m.PasswordHash = ""
	}
}

// takePlugins sets *to from a list of ids.
func takePlugins(e *fault.Error, raw json.RawMessage, to *[]string) {
	var ids []string
	take(e, "plugins", raw, &ids)
	if ids = inOrder(ids); len(ids) > givenMax {
		e.WithField("plugins", "has %d ids and may have %d", len(ids), givenMax)
		return
	}
	*to = ids
}

// checkMember names what cannot be; the caller holds mu. Whether the plugins exist is checked when it is written.
func (a *accounts) checkMember(e *fault.Error, m memberRecord) error {
	if m.Kind != KindPerson && m.Kind != KindService {
		e.WithField("kind", "must be person or service")
	}
	if !slices.Contains([]Role{RoleAdmin, RoleUser, RoleAgent}, m.Role) {
		e.WithField("role", "must be admin, user or agent")
	} else if m.Profile != nil {
		p, ok := a.profiles[*m.Profile]
		switch {
		case !ok:
			e.WithField("profile", "there is no profile %q", cut(*m.Profile, 64))
		case m.Role == RoleAdmin:
			e.WithField("profile", "must be null: administrators have every plugin")
		case p.Role != m.Role:
			e.WithField("profile", "%q is for the role %s, and this member's is %s", p.ID, p.Role, m.Role)
		}
	}
	if m.External != nil && m.Kind != KindPerson {
		e.WithField("kind", "must be person: the member logs in by single sign-on")
	}
	if m.External != nil && m.PasswordHash != "" {
		e.WithField("password", "must be left out: the member logs in by single sign-on and has none")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// validUsername tells whether a name can be a member's.
func validUsername(name string) bool {
	if name == "" || len(name) > usernameMax {
		return false
	}
	for i := range len(name) {
		switch b := name[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9':
		case i > 0 && strings.IndexByte("._-@", b) >= 0:
		default:
			return false
		}
	}
	return !slices.Contains(reservedUsernames, strings.ToLower(name))
}

func errMemberInvalid() *fault.Error {
	return fault.New(fault.Invalid, "member_invalid", "the member cannot be like this")
}

// same tells whether nothing differs that somebody can change.
func (m memberRecord) same(other memberRecord) bool {
	return m.PasswordHash == other.PasswordHash && m.Kind == other.Kind && m.Role == other.Role &&
		equalOrNil(m.Profile, other.Profile) && slices.Equal(m.Plugins, other.Plugins)
}

func equalOrNil[T comparable](a, b *T) bool { return a == b || (a != nil && b != nil && *a == *b) }

// memberFacts is what the audit trail says that a member is.
type memberFacts struct {
	Kind    Kind    `json:"kind"`
	Role    Role    `json:"role"`
	Profile *string `json:"profile,omitempty"`
}

func factsOf(m memberRecord) memberFacts { return memberFacts{m.Kind, m.Role, m.Profile} }

// memberAct describes a change of a member: of plugins what came and went, of a password that it changed.
func memberAct(kind string, old, next memberRecord) Act {
	act := Act{Kind: kind, Subject: next.Username, After: factsOf(next), Data: givenData(old.Plugins, next.Plugins)}
	if old.Revision > 0 {
		act.Before = factsOf(old)
	}
	if next.PasswordHash != old.PasswordHash {
		act.Data["password"] = "changed"
	}
	return act
}

func givenData(old, next []string) map[string]any {
	data := map[string]any{}
	added, removed := difference(old, next)
	if len(added) > 0 {
		data["pluginsAdded"] = added
	}
	if len(removed) > 0 {
		data["pluginsRemoved"] = removed
	}
	return data
}
