package host

// sealedPrefix keeps what leaves the host apart from the secrets that stay.
const sealedPrefix = "sealed/"

// Seal encrypts what a browser keeps for the host and must neither read nor change. It can be opened for the same purpose alone,
// by every host with the same key. At most 1 MiB; whoever must not accept it for ever puts a time into it.
func (h *Host) Seal(plain []byte, purpose string) (string, error) {
	return h.secrets.Seal(plain, sealedPrefix+purpose)
}

// Unseal opens what Seal made. A *fault.Error says that it is something else.
func (h *Host) Unseal(sealed, purpose string) ([]byte, error) {
	return h.secrets.Open(sealed, sealedPrefix+purpose)
}
