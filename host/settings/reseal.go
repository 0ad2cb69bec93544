package settings

import "errors"

// Reseal returns st with the secrets that stale picks sealed anew, and how many there are. They keep when they were set; their
// fingerprints, which depend on the key, are made anew as well. A secret that cannot be opened stays as it is, and err tells why.
// st is not changed.
func (st Stored) Reseal(stale func(sealed string) bool, seal func([]byte) (string, error), open func(string) ([]byte, error),
	fingerprint func(secret []byte) string) (renewed Stored, n int, err error) {
	renewed = Stored{Values: st.Values, Secrets: make(map[string]SealedSecret, len(st.Secrets))}
	for at, x := range st.Secrets {
		if stale(x.Sealed) {
			again, bad := x.reseal(seal, open, fingerprint)
			if bad == nil {
				x = again
				n++
			}
			err = errors.Join(err, bad)
		}
		renewed.Secrets[at] = x
	}
	return renewed, n, err
}

func (x SealedSecret) reseal(seal func([]byte) (string, error), open func(string) ([]byte, error), fingerprint func([]byte) string) (SealedSecret, error) {
	plain, err := open(x.Sealed)
	if err != nil {
		return x, err
	}
	text, err := seal(plain)
	return SealedSecret{Sealed: text, Fingerprint: fingerprint(plain), UpdatedAt: x.UpdatedAt}, err
}
