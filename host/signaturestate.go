package host

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
