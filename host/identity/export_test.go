package identity

// TokensMax is tokensMax.
const TokensMax = tokensMax

// Kept counts the tokens that the signer keeps.
func (s *Signer) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens)
}
