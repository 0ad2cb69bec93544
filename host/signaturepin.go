package host

import (
	"fmt"
	"slices"

	"appzone/host/fault"
	"appzone/host/signature"
)

// signatureWord is the word that installing v over p needs for its signature's sake, of no text for none. A plugin whose versions
// somebody signed takes no unsigned one in silence (row H5), and none of another key (row H4), unless that key is a trusted one
// which is said to replace the former.
func signatureWord(r Reader, p Plugin, v Version) (NeededWord, error) {
	var none NeededWord
	if p.Publisher == "" || p.Publisher == v.Signature.PublicKey || p.Installed == v.Digest {
		return none, nil
	}
	former, err := signature.ParsePublicKey(p.Publisher)
	if err != nil {
		return none, fmt.Errorf("read the key that %q is pinned to: %w", p.ID, err)
	}
	s, err := standingOf(r, v.Signature)
	if err != nil {
		return none, err
	}
	if s.publisher == nil {
		return NeededWord{AllowUnsigned, fmt.Sprintf("version %s is unsigned, and the versions of %q were signed with the key %s", v.Version, p.ID, former.ID)}, nil
	}
	if s.state == Signed {
		follows, err := succeeds(r, s.key, former)
		if err != nil || follows {
			return none, err
		}
	}
	return NeededWord{AllowKey, fmt.Sprintf("version %s is signed with the key %s, and the versions of %q with %s, which no trusted key is said to replace by it",
		v.Version, v.Signature.KeyID, p.ID, former.ID)}, nil
}

// succeeds tells whether k replaces the former key, by itself or by keys in between.
func succeeds(r Reader, k TrustedKey, former signature.PublicKey) (bool, error) {
	for range keySuccessionMax + 1 {
		if k.Replaces == "" {
			return false, nil
		}
		next, known, err := tableTrustedKeys.find(r, k.Replaces)
		if err != nil {
			return false, err
		}
		if k.Replaces == former.ID && (!known || next.PublicKey == former.Base64) { // anybody can make a key with the same id
			return true, nil
		}
		k = next
	}
	return false, nil
}

// checkPin refuses an installation without the word that it needs, and by an actor who may not say it.
func checkPin(r Reader, p Plugin, v Version, said []Word, actor Actor) error {
	need, err := signatureWord(r, p, v)
	switch {
	case err != nil || need.Word == "":
		return err
	case !slices.Contains(said, need.Word):
		return need.unsaid()
	case !actor.May(ScopePluginsGrant):
		return fault.New(fault.Forbidden, "consent_required", "%s; who lets it in must have the right plugins:grant", need.Message)
	}
	return nil
}
