package host

import (
	"fmt"

	"appzone/host/signature"
)

// The states of a signature.
const (
	// Signed by a key that is trusted.
	Signed = "signed"
	// Unsigned has no signature.
	Unsigned = "unsigned"
	// UnknownKey holds, and nobody decided about its key.
	UnknownKey = "unknown key"
	// Modified does not hold for the files.
	Modified = "modified"
	// Revoked was made with a key that was revoked.
	Revoked = "revoked"
)

// Publisher is whose signature of a version holds. That it holds does not make the key a trusted one.
type Publisher struct {
	KeyID     string `json:"keyId"`
	PublicKey string `json:"publicKey"`
	// Name is what this host's administrators call the key's owner; nil for a key that nobody decided about.
	Name *string `json:"name"`
	// Comment is what the publisher signed along.
	Comment string `json:"comment"`
}

// standing is what the signature of a version is worth, with the keys of one moment.
type standing struct {
	state     string
	publisher *Publisher // nil unless the signature holds
	key       TrustedKey // the one that made it, if somebody decided about it
}

// standingOf holds what the files say against whom the host trusts.
func standingOf(r Reader, f signature.Facts) (standing, error) {
	switch {
	case !f.Signed():
		return standing{state: Unsigned}, nil
	case f.Broken != "":
		return standing{state: Modified}, nil
	}
	s := standing{state: UnknownKey, publisher: &Publisher{KeyID: f.KeyID, PublicKey: f.PublicKey, Comment: f.Comment}}
	key, ok, err := tableTrustedKeys.find(r, f.KeyID)
	if err != nil || !ok || key.PublicKey != f.PublicKey { // anybody can make a key with the same id
		return s, err
	}
	s.key, s.state, s.publisher.Name = key, Signed, &key.Name
	if key.revoked() {
		s.state = Revoked
	}
	return s, nil
}

// signatureFindings is what a plan says of the signature of v.
func (h *Host) signatureFindings(r Reader, p Plugin, v Version) ([]Finding, error) {
	s, err := standingOf(r, v.Signature)
	if err != nil {
		return nil, err
	}
	one := func(severity Severity, code, format string, args ...any) ([]Finding, error) {
		return []Finding{{Severity: severity, Code: code, Message: fmt.Sprintf(format, args...)}}, nil
	}
	more := func(usual Severity) Severity {
		if h.cfg.RequireSignature || p.Publisher != "" {
			return SeverityHigh
		}
		return usual
	}
	switch s.state {
	case Unsigned:
		return one(more(SeverityInfo), "unsigned", "nobody signed it: that it comes from its author and is unchanged is not shown by anything")
	case Modified:
		return one(SeverityHigh, "signature_modified", "it is not what was signed, and cannot be installed: %s", v.Signature.Broken)
	case Revoked:
		return one(SeverityHigh, "signature_revoked", "it cannot be installed: %s", s.key.revocation())
	case UnknownKey:
		severity := SeverityLow
		if h.cfg.RequireSignature || p.Publisher != "" && p.Publisher != v.Signature.PublicKey {
			severity = SeverityMedium
		}
		return one(severity, "unknown_key", "it is signed with the key %s, which nobody here decided about: whose it is must be asked of its author", v.Signature.KeyID)
	}
	return nil, nil
}

// revocation says that the key was revoked, and why.
func (k TrustedKey) revocation() string {
	text := fmt.Sprintf("the key %s of %q, which signed it, was revoked", k.ID, k.Name)
	if k.RevokedReason != "" {
		text += " (" + k.RevokedReason + ")"
	}
	return text
}
