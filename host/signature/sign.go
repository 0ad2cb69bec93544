package signature

import (
	"bytes"
	"io"

	"aead.dev/minisign"

	"appzone/host/fault"
)

// Signed is the content of a signature's own files, by path.
type Signed map[string][]byte

// Sign signs the files, of which its own, if there are any, do not count. The comment is covered by the signature and may be shown to
// administrators: one line of at most 256 bytes. The same input gives the same bytes.
//
// The errors are *fault.Error of kind Invalid: comment_invalid, files_unfit, key_invalid.
func Sign(files []File, key Key, comment string) (Signed, error) {
	if len(comment) > maxComment || plain(comment) != comment {
		return nil, fault.New(fault.Invalid, "comment_invalid", "the comment must be one line of plain text and at most %d bytes", maxComment)
	}
	if bad := unfit(files); bad != "" {
		return nil, fault.New(fault.Invalid, "files_unfit", "the files cannot be signed: %s", bad)
	}
	list := Canonical(files)
	if len(list) > MaxListBytes {
		return nil, fault.New(fault.Invalid, "files_unfit", "the files cannot be signed: their list has more than %d MB", MaxListBytes>>20)
	}
	// A reader signs in the prehashed form, which is the one that the minisign tool makes.
	r := minisign.NewReader(bytes.NewReader(list))
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	public := key.Public()
	signed := Signed{ListFile: list, KeyFile: public.Text(),
		SignatureFile: r.SignWithComments(key.private, comment, "signature from appzone, key "+public.ID)}
	// A damaged key makes signatures that do not hold.
	if _, bad := verify(public, list, signed[SignatureFile]); bad != "" {
		return nil, fault.New(fault.Invalid, "key_invalid", "the secret key is damaged: what it signs does not hold")
	}
	return signed, nil
}
