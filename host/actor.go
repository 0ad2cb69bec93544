package host

// The rights that a token's scopes name. "*" is all that its owner may do.
const (
	ScopeAll           = "*"
	ScopePluginsRead   = "plugins:read"
	ScopePluginsUpload = "plugins:upload"
	ScopePluginsManage = "plugins:manage"
	ScopePluginsGrant  = "plugins:grant"
	ScopeStaffManage   = "staff:manage"
	ScopeAuditRead     = "audit:read"
	ScopeMetricsRead   = "metrics:read"
	ScopeDesktopSend   = "desktop:send"
	ScopeKeysManage    = "keys:manage"
	ScopeBackup        = "backup"
	scopeAppsPrefix    = "apps:"
)

// Scopes are the rights that a token may be given, besides "apps:<id>".
func Scopes() []string {
	return []string{ScopeAll, ScopePluginsRead, ScopePluginsUpload, ScopePluginsManage, ScopePluginsGrant,
		ScopeStaffManage, ScopeAuditRead, ScopeMetricsRead, ScopeDesktopSend, ScopeKeysManage, ScopeBackup}
}

// Role is what a person is to the contact centre (documented: users, agents, and users with role admin).
type Role string

// The roles.
const (
	RoleAdmin Role = "admin"
	RoleUser  Role = "user"
	RoleAgent Role = "agent"
)

// Actor is who does something: a person by session, a program by token, or the host itself.
type Actor struct {
	// User is the account's name, or "host".
	User string `json:"user"`
	Role Role   `json:"role"`
	// Token is the id of the token that was used, or "".
	Token string `json:"token,omitempty"`
	// Scopes bound the token; nil means all that the role may do.
	Scopes []string `json:"-"`
	// Origin is where the request came from.
	Origin
	// Credential names what the actor came in with, for [Host.ByCredential]; empty for the host itself.
	Credential string `json:"-"`

	// given is what the member has; nobody needs to ask for administrators.
	given *given
}

// Origin is where a request came from.
type Origin struct {
	// Address is the client's.
	Address string `json:"address,omitempty"`
	// RequestID is the request's, which the answer and the log have, too.
	RequestID string `json:"-"`
	// Agent is the name of the browser or program; set for logins alone, to be shown in the list of sessions.
	Agent string `json:"-"`
}

// System is the host acting by itself.
var System = Actor{User: "host", Role: RoleAdmin}

// May tells whether the actor has the right. Administrators have every right and others none; a token narrows them.
func (a Actor) May(scope string) bool { return a.Role == RoleAdmin && a.scoped(scope) }
