package settings

import "time"

// Hide returns st with those values sealed that s calls secrets and that were stored when another version's schema did not. n is
// how many there are. st is not changed.
func (s *Schema) Hide(st Stored, seal func([]byte) (string, error), now time.Time) (hidden Stored, n int, err error) {
	values := st.values()
	hidden = Stored{Values: st.Values, Secrets: map[string]SealedSecret{}}
	for at, x := range st.Secrets {
		hidden.Secrets[at] = x
	}
	for _, p := range s.secrets {
		v, held, _ := p.get(values)
		if !held {
			continue
		}
		p.remove(values)
		n++
		if _, newer := hidden.Secrets[p.String()]; newer {
			continue
		}
		if hidden.Secrets[p.String()], err = s.seal(v, seal, now); err != nil {
			return st, 0, err
		}
	}
	if n > 0 {
		hidden.Values = encode(values)
	}
	return hidden, n, nil
}
