package certificate

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/acme/autocert"
)

// SoonEnds is how long before its end a certificate is warned about.
const SoonEnds = warnWithin

// Examine reads the certificate of a pair of files, and checks that the key belongs to it. It changes nothing.
func Examine(cert, key string) (*x509.Certificate, error) {
	pair, err := load(cert, key)
	if err != nil {
		return nil, err
	}
	return pair.Leaf, nil
}

// Kept are the certificates that [Auto] keeps in dir from the authority with that directory (default Let's Encrypt's). None is no
// error. It changes nothing.
func Kept(dir, directory string) ([]*x509.Certificate, error) {
	folder := folderOf(dir, directory)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for _, e := range entries[:min(len(entries), keptMax)] {
		if info, err := e.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > keptBytes || strings.HasSuffix(e.Name(), "+token") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		if leaf := leafIn(content); leaf != nil {
			out = append(out, leaf)
		}
	}
	return out, nil
}

// RenewalLate is how long before its end a certificate of an authority should have been renewed.
func RenewalLate(leaf *x509.Certificate) time.Duration {
	// Renewal begins when a third of its life is left: in the last quarter, something keeps it from working.
	return min(warnWithin, leaf.NotAfter.Sub(leaf.NotBefore)/4)
}

// folderOf is where the certificates of one authority are: each has a folder of its own, so that what a trial gave is not shown when
// it is over.
func folderOf(dir, directory string) string {
	if directory == "" {
		directory = autocert.DefaultACMEDirectory
	}
	digest := sha256.Sum256([]byte(directory))
	return filepath.Join(dir, hex.EncodeToString(digest[:8]))
}
