//go:build !linux

package process

// group is nothing on this system, which has no control groups.
type group struct{}

func (c *Capabilities) probeGroups() {}

func (p *Process) newGroup() (*group, error) { return nil, nil } //nolint:nilnil // a nil group holds nothing

func (g *group) add(int) error     { return nil }
func (g *group) kill()             {}
func (g *group) remove()           {}
func (g *group) oomKills() int     { return 0 }
func (g *group) outOfMemory() bool { return false }
