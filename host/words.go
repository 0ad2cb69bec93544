package host

import (
	"slices"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// Word is what must be said in so many words before it is done.
type Word string

// The words.
const (
	// AllowDowngrade installs a lower version than the installed one (row B9).
	AllowDowngrade Word = "downgrade"
	// AllowReplace takes other content under the version that is there (row B9).
	AllowReplace Word = "replace"
	// AllowUnsigned installs an unsigned version over a signed one (row H5).
	AllowUnsigned Word = "unsigned"
	// AllowKey installs a version that another key signed than the one that the plugin is pinned to (row H4).
	AllowKey Word = "key"
)

// NeededWord is a word that an installation must say, and what it stands for.
type NeededWord struct {
	Word    Word   `json:"word"`
	Message string `json:"message"`
}

// unsaid refuses an installation that does not say the word.
func (n NeededWord) unsaid() *fault.Error {
	return fault.New(fault.Conflict, string(n.Word), "%s; who means it says \"allow\": [%q] with the installation", n.Message, n.Word).
		WithField("allow", "must have %q: %s", n.Word, n.Message)
}

// neededWords are those that installing v over p needs, where old is in use (nil: nothing is). A plan lists them, and an installation
// without one of them is refused.
func (h *Host) neededWords(r Reader, p Plugin, old *Version, v Version) ([]NeededWord, error) {
	needs := []NeededWord{}
	if old != nil && manifest.Compare(v.Version, old.Version) < 0 {
		needs = append(needs, NeededWord{AllowDowngrade, "version " + v.Version + " is lower than " + old.Version + ", which is installed: what newer versions mended comes back"})
	}
	signed, err := signatureWord(r, p, v)
	if err != nil {
		return nil, err
	}
	if signed.Word != "" {
		needs = append(needs, signed)
	}
	return needs, nil
}

// checkWords refuses an installation that does not say what its plan needs: with the first word that is missing as its code.
func checkWords(plan Plan, said []Word) error {
	if err := knownWords(said); err != nil {
		return err
	}
	var refused *fault.Error
	for _, n := range plan.Needs {
		if slices.Contains(said, n.Word) {
			continue
		}
		if refused == nil {
			refused = n.unsaid()
		} else {
			refused.Fields = append(refused.Fields, n.unsaid().Fields...)
		}
	}
	if refused == nil {
		return nil
	}
	return refused
}

// knownWords refuses what is no word.
func knownWords(said []Word) error {
	for _, w := range said {
		if !slices.Contains([]Word{AllowDowngrade, AllowReplace, AllowUnsigned, AllowKey}, w) {
			return fault.New(fault.Invalid, "word_unknown", "nothing needs the word %.40q", w).
				WithField("allow", "may have %s, %s, %s and %s", AllowDowngrade, AllowReplace, AllowUnsigned, AllowKey)
		}
	}
	return nil
}
