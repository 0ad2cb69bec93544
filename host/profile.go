package host

import "time"

// Profile is a set of plugins that members of one role are given together (documented: user profile, agent profile).
type Profile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Role is which members may have it: user or agent.
	Role Role `json:"role"`
	// Plugins are the ids that its members get.
	Plugins []string `json:"plugins"`
	// Revision grows with each change.
	Revision  uint64    `json:"revision"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}
