package guest

// Names of the request headers that say who asks. The host writes them and drops what a client
// sends under these names; nobody but the host reaches the plugin's listener.
const (
	HeaderUser = "X-AppZone-User"
	HeaderRole = "X-AppZone-Role"
)

// Identity is who asks.
type Identity struct {
	// User is the member's name, or "" where the host let a request through without one.
	User string
	// Role is "admin", "user" or "agent", or "".
	Role string
}

// IdentityOf reads the identity from a request's headers by the function that gets one of them:
// r.Header.Get of net/http and of package lean alike.
func IdentityOf(get func(name string) string) Identity {
	return Identity{User: get(HeaderUser), Role: get(HeaderRole)}
}
