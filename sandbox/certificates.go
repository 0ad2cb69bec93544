package sandbox

import (
	"fmt"
	"io"
	"os"
)

// systemCertificates are where systems keep the certificates that they trust, in one file.
var systemCertificates = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/ssl/cert.pem",                  // BSD, macOS
}

// maxCertificatesBytes bounds one file of certificates; those of systems have some 200 KB.
const maxCertificatesBytes = 2 << 20

// certificateFiles are the files of certificates that guests trust: the system's, and the configured one.
func (r *Runtime) certificateFiles() (files []string) {
	for _, name := range systemCertificates {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			files = append(files, name)
			break
		}
	}
	if r.options.CAFile != "" {
		files = append(files, r.options.CAFile)
	}
	return files
}

// readCertificates joins files of certificates (PEM); nil for none.
func readCertificates(files []string) ([]byte, error) {
	var all []byte
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read certificates: %w", err)
		}
		text, err := io.ReadAll(io.LimitReader(f, maxCertificatesBytes+1))
		_ = f.Close()
		if err == nil && len(text) > maxCertificatesBytes {
			err = fmt.Errorf("%s is larger than %s", name, mebibytes(maxCertificatesBytes))
		}
		if err != nil {
			return nil, fmt.Errorf("read certificates: %w", err)
		}
		all = append(append(all, text...), '\n')
	}
	return all, nil
}
