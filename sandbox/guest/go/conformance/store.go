package conformance

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	guest "appzone/sandbox/guest/go"
)

// MaxValue bounds what is kept under a key, in bytes.
const MaxValue = 256 << 10

const maxKey = 64

// Store answers the requests to /store: a status and, for GET, the value.
func Store(method, key string, value []byte) (status int, answer []byte, err error) {
	file, ok := place(key)
	if !ok {
		return 400, nil, nil
	}
	switch method {
	case "GET", "HEAD":
		answer, err = os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return 404, nil, nil
		}
		return 200, answer, err
	case "PUT":
		if len(value) > MaxValue {
			return 413, nil, nil
		}
		// A rename replaces the value as a whole, whatever happens in between.
		if err := os.WriteFile(file+".new", value, 0o600); err != nil {
			return 0, nil, err
		}
		return 204, nil, os.Rename(file+".new", file)
	case "DELETE":
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, nil, err
		}
		return 204, nil, nil
	}
	return 405, nil, nil
}

// place is the file of a key. A key is letters, digits, "-" and "_": never a path.
func place(key string) (string, bool) {
	if key == "" || len(key) > maxKey {
		return "", false
	}
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return "", false
		}
	}
	return filepath.Join(guest.DataDir(), "store-"+key), true
}
