package host

import (
	"appzone/host/bundle"
	"appzone/host/signature"
)

// signatureOf says who signed the zip, from the digests of its files that were taken while they were stored.
func signatureOf(b *bundle.Bundle, index []File) (signature.Facts, error) {
	files := make([]signature.File, len(index))
	for i, f := range index {
		files[i] = signature.File{Path: f.Path, SHA256: string(f.SHA256), Size: f.Size}
	}
	return signature.Read(files, b.Content)
}
