package framing

// Known counts the pages that are remembered.
func (p *Prober) Known() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.known)
}
