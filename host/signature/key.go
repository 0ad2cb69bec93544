package signature

import (
	"fmt"

	"aead.dev/minisign"

	"appzone/host/fault"
)

// Key is a publisher's secret key. It shows as its id, whatever it is printed with.
type Key struct{ private minisign.PrivateKey }

// NewKey makes a key of random numbers.
func NewKey() (Key, error) {
	_, private, err := minisign.GenerateKey(nil)
	return Key{private}, err
}

// Public is the key that signatures of k are checked with.
func (k Key) Public() PublicKey {
	public, _ := k.private.Public().(minisign.PublicKey)
	return publicKey(public)
}

// Encrypt gives the key as a file that the password opens. It needs 1 GiB of memory and some seconds, and so does whoever guesses.
func (k Key) Encrypt(password string) ([]byte, error) {
	text, err := minisign.EncryptKey(password, k.private)
	return append(text, '\n'), err
}

// Plain gives the key as a file that everybody can open who can read it.
func (k Key) Plain() ([]byte, error) {
	text, err := k.private.MarshalText()
	return append(text, '\n'), err
}

// ReadKey opens the text of a key file; password is called if it is encrypted. The error is password's, or a *fault.Error of kind Invalid:
// key_invalid or password_wrong.
func ReadKey(text []byte, password func() (string, error)) (Key, error) {
	if len(text) > MaxTextBytes {
		return Key{}, badSecret()
	}
	if !minisign.IsEncrypted(text) {
		var k Key
		if err := k.private.UnmarshalText(text); err != nil {
			return Key{}, badSecret()
		}
		return k, nil
	}
	secret, err := password()
	if err != nil {
		return Key{}, err
	}
	private, err := minisign.DecryptKey(secret, text)
	if err != nil {
		return Key{}, fault.New(fault.Invalid, "password_wrong", "the password does not open the secret key, or the key's file is damaged")
	}
	return Key{private}, nil
}

func badSecret() error {
	return fault.New(fault.Invalid, "key_invalid", "the file is not a secret key of minisign; appzone keygen makes one")
}

// String is the key's id.
func (k Key) String() string { return keyID(k.private.ID()) }

// Format shows the id alone, for every verb.
func (k Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(k.String())) }
