package identity

// Keep changes how many tokens are kept.
func (s *Signer) Keep(most int) { s.most = most }

// Kept counts the tokens that are kept.
func (s *Signer) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens)
}
