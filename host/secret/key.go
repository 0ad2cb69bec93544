package secret

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"appzone/host/fault"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

const (
	// minPassphrase is the shortest passphrase, in characters.
	minPassphrase = 16
	// maxKeyFile is the largest key file, in bytes.
	maxKeyFile = 16 << 10
	// maxKeys is how many keys there may be, the current one included.
	maxKeys = 8
	// passphraseSalt is the same for everybody: a passphrase must give the same key on every machine that it is
	// given to. Its length and the cost of the hash have to make up for that.
	passphraseSalt = "appzone passphrase key 1"
)

// loadKeys returns the master keys in key, or else those in file, which is made if it is missing.
func loadKeys(file, key string) ([][]byte, error) {
	if strings.TrimSpace(key) != "" {
		keys, err := parseKeys(key, "the secret key")
		if err != nil || file == "" {
			return keys, err
		}
		// What the generated key sealed is still opened by who gives a key of their own.
		older, err := loadKeyFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return append(keys, older...), err
	}
	if file == "" {
		return nil, fault.New(fault.Invalid, "secret_key_invalid", "there is no secret key: name a key or a key file")
	}
	keys, err := loadKeyFile(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := makeKeyFile(file); err != nil {
		return nil, unusable(err, file)
	}
	return loadKeyFile(file)
}

func loadKeyFile(file string) ([][]byte, error) {
	text, err := readKeyFile(file)
	if err != nil {
		return nil, unusable(err, file)
	}
	return parseKeys(text, "the secret key file "+file)
}

func unusable(err error, file string) error {
	return fault.Wrap(err, fault.Invalid, "secret_key_invalid", "the secret key file %s cannot be used", file)
}

func readKeyFile(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(data) > maxKeyFile {
		err = errors.New("it is too large")
	}
	return string(data), err
}

// makeKeyFile writes a new key. The file appears whole or not at all, and never replaces one: two hosts that start
// at once end up with the same key.
func makeKeyFile(file string) error {
	random := make([]byte, chacha20poly1305.KeySize)
	rand.Read(random)                                            // never fails
	f, err := os.CreateTemp(filepath.Dir(file), ".secret-key-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(random) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(file))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// parseKeys reads one key a line; the first seals, the others only open.
func parseKeys(text, what string) ([][]byte, error) {
	var keys [][]byte
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		key := parseKey(line)
		if key == nil || len(keys) == maxKeys {
			return nil, fault.New(fault.Invalid, "secret_key_invalid",
				"%s must be 32 bytes in base64 or hex, or a passphrase of at least %d characters; older keys may follow, one a line, %d in all",
				what, minPassphrase, maxKeys)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fault.New(fault.Invalid, "secret_key_invalid", "%s is empty", what)
	}
	return keys, nil
}

// parseKey returns the 32 bytes of one key, or nil.
func parseKey(text string) []byte {
	if key, err := hex.DecodeString(text); err == nil && len(key) == chacha20poly1305.KeySize {
		return key
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := e.DecodeString(text); err == nil && len(key) == chacha20poly1305.KeySize {
			return key
		}
	}
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) < minPassphrase {
		return nil
	}
	return argon2.IDKey([]byte(text), []byte(passphraseSalt), 3, 64<<10, 1, chacha20poly1305.KeySize)
}

// derive makes the key for one purpose from a master key.
func derive(master []byte, purpose string, n int) ([]byte, error) {
	return hkdf.Key(sha256.New, master, nil, "appzone "+purpose, n)
}
