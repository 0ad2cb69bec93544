package signature

// Where a signed plugin has its signature, relative to its manifest.
const (
	Folder        = ".appzone"
	ListFile      = Folder + "/files.sha256"
	SignatureFile = Folder + "/files.sha256.minisig"
	KeyFile       = Folder + "/publisher.pub"
)

// Facts is what a version's files say of their signature. They do not change with whom the host trusts. The zero value: not signed.
type Facts struct {
	// KeyID is the key's short name, 16 hex digits in upper case, as minisign shows it; anybody can make a key with the same one.
	KeyID string `json:"keyId,omitempty"`
	// PublicKey is the key itself in minisign's base64 form, one line; empty when the files name none that can be read.
	PublicKey string `json:"publicKey,omitempty"`
	// Comment is the trusted comment, which the signature covers; at most 256 bytes.
	Comment string `json:"comment,omitempty"`
	// Broken says why the signature does not hold for these files: which file was added, changed or taken away, or what is
	// malformed. Empty: it holds.
	Broken string `json:"broken,omitempty"`
}

// Signed tells whether there is a signature at all, whatever it is worth.
func (f Facts) Signed() bool { return f != Facts{} }
