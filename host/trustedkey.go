package host

import "time"

// TrustedKey is a publisher's key that administrators decided about: it is trusted, or revoked.
type TrustedKey struct {
	// ID is the key's short name, 16 hex digits in upper case, as minisign shows it.
	ID string `json:"id"`
	// Name is the publisher's, for people.
	Name string `json:"name"`
	// PublicKey is the key in minisign's base64 form.
	PublicKey string `json:"publicKey"`
	// Replaces is the id of the publisher's former key: plugins that are pinned to that one take this one, too.
	Replaces string `json:"replaces,omitempty"`
	// RevokedAt is when it was revoked; zero: it is trusted.
	RevokedAt time.Time `json:"revokedAt,omitzero"`
	// RevokedReason tells people why.
	RevokedReason string    `json:"revokedReason,omitempty"`
	CreatedAt     time.Time `json:"createdAt"`
	CreatedBy     string    `json:"createdBy"`
	Revision      uint64    `json:"revision"`
}

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
