package signature

import (
	"bytes"
	"strings"
	"unicode"

	"aead.dev/minisign"
)

// maxComment bounds what is kept of a trusted comment, in bytes.
const maxComment = 256

// Read says what a plugin's files tell of who signed them. content gives the content of one of the signature's own files; it is called for
// those that files names and that are not too large, and its errors alone are returned.
//
// Facts without Broken mean: the list names exactly these files with these digests, and the key in [KeyFile] signed that list.
// Whether anybody trusts that key is for the caller to decide.
func Read(files []File, content func(path string) ([]byte, error)) (Facts, error) {
	if bad := unfit(files); bad != "" {
		return Facts{Broken: bad}, nil
	}
	own, bad, err := readOwn(files, content)
	if err != nil || own == nil && bad == "" {
		return Facts{}, err
	}
	facts := Facts{Broken: bad}
	key, err := ParsePublicKey(string(own[KeyFile]))
	switch {
	case err == nil:
		facts.KeyID, facts.PublicKey = key.ID, key.Base64
	case bad == "":
		facts.Broken = KeyFile + ": " + err.Error()
	}
	if facts.Broken == "" && !strings.HasSuffix(strings.TrimSuffix(string(own[KeyFile]), "\n"), "\n"+key.Base64) {
		facts.Broken = KeyFile + " is not written as minisign writes it"
	}
	if facts.Broken != "" {
		return facts, nil
	}
	facts.Comment, facts.Broken = verify(key, own[ListFile], own[SignatureFile])
	if facts.Broken == "" && !bytes.Equal(own[ListFile], Canonical(files)) {
		facts.Broken = differences(own[ListFile], files)
	}
	return facts, nil
}

// readOwn reads the three files, or says which of them cannot be used. It returns nil if there is none.
func readOwn(files []File, content func(path string) ([]byte, error)) (own map[string][]byte, bad string, err error) {
	limits := map[string]int64{ListFile: MaxListBytes, SignatureFile: MaxTextBytes, KeyFile: MaxTextBytes}
	for _, f := range files {
		if !Own(f.Path) {
			continue
		}
		if own == nil {
			own = map[string][]byte{}
		}
		own[f.Path] = nil
		if f.Size > limits[f.Path] {
			bad = f.Path + " is too large"
			continue
		}
		if own[f.Path], err = content(f.Path); err != nil {
			return nil, "", err
		}
	}
	for _, path := range []string{KeyFile, SignatureFile, ListFile} {
		if _, ok := own[path]; !ok && own != nil && bad == "" {
			bad = "the signature is not whole: " + path + " is missing"
		}
	}
	return own, bad, nil
}

// verify checks the signature of the list, and returns its trusted comment.
func verify(key PublicKey, list, text []byte) (comment, bad string) {
	var s minisign.Signature
	if err := s.UnmarshalText(text); err != nil {
		return "", SignatureFile + " is not a minisign signature"
	}
	// Written again it must be the same: no second spelling of a signature, no CRLF, nothing after it.
	if again, err := s.MarshalText(); err != nil || !bytes.Equal(again, text) {
		return "", SignatureFile + " is not written as minisign writes it"
	}
	switch {
	case s.Algorithm != minisign.HashEdDSA:
		return "", SignatureFile + " is in the old form of minisign; sign again with appzone sign, or with minisign 0.10 or later"
	case s.KeyID != key.key.ID():
		return "", SignatureFile + " is of the key " + keyID(s.KeyID) + ", and " + KeyFile + " is the key " + key.ID
	case !minisign.Verify(key.key, list, text):
		return "", SignatureFile + " does not hold for " + ListFile + " with the key in " + KeyFile + ": one of the three was changed"
	}
	return plain(s.TrustedComment), ""
}

// plain makes a comment fit to be shown: what could move a cursor or hide text becomes a dot, a tab a blank.
func plain(comment string) string {
	comment = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return '·'
		}
		return r
	}, comment)
	if len(comment) > maxComment {
		comment = strings.ToValidUTF8(comment[:maxComment], "")
	}
	return comment
}
