package guest

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Names of the request headers that say who asks. The host writes them and drops what a client
// sends under these names; nobody but the host reaches the plugin's listener.
const (
	HeaderUser = "X-AppZone-User"
	HeaderRole = "X-AppZone-Role"
	// HeaderIdentity is the same, signed: a token that is good for this plugin alone, and for a minute.
	HeaderIdentity = "X-AppZone-Identity"
)

// Identity is who asks.
type Identity struct {
	// User is the member's name, "plugin:" and the id of a plugin that asks, or "" where the host let a
	// request through without one.
	User string
	// Role is "admin", "user", "agent" or "plugin", or "".
	Role string
}

// IdentityOf reads the identity from a request's headers by the function that gets one of them:
// r.Header.Get of net/http and of package lean alike.
func IdentityOf(get func(name string) string) Identity {
	return Identity{User: get(HeaderUser), Role: get(HeaderRole)}
}

// Claims are an identity as the host signed it.
type Claims struct {
	Identity
	// Subject is what to remember who asks by; now the same as User.
	Subject string
	// Issuer is the public URL of the host that says so.
	Issuer string
	// IssuedAt and ExpiresAt are when.
	IssuedAt, ExpiresAt time.Time
}

// VerifyIdentity is IdentityOf by the signed token: its signature, its time, and that it is for this
// plugin are verified. The error says why it is not believed.
func VerifyIdentity(get func(name string) string) (Claims, error) {
	text, err := verify(get(HeaderIdentity))
	if err != nil {
		return Claims{}, err
	}
	var c Claims
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		switch name {
		case "user":
			c.User = value
		case "role":
			c.Role = value
		case "subject":
			c.Subject = value
		case "issuer":
			c.Issuer = value
		case "issued_at":
			c.IssuedAt, err = seconds(value)
		case "expires_at":
			c.ExpiresAt, err = seconds(value)
		}
		if err != nil {
			return Claims{}, errors.New("the host's answer is not understood")
		}
	}
	return c, nil
}

func seconds(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(n, 0), err
}
