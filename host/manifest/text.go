package manifest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Invisible reports whether a character must not stand in a name that people read: it is a
// control character, reorders text (bidirectional), shows as nothing, or ends a line.
func Invisible(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || c == '\u2800' || c == utf8.RuneError
}

// lineText normalises a text of one line (NFC, no blanks around it) and refuses what people cannot see (B10).
func (r *report) lineText(path, s string, most int) string {
	s = norm.NFC.String(strings.TrimSpace(s))
	if n := utf8.RuneCountInString(s); n > most {
		r.wrong(path, "has %d characters and may have %d", n, most)
		return s
	}
	for _, c := range s {
		if Invisible(c) || c != ' ' && unicode.Is(unicode.Zs, c) {
			r.wrong(path, "holds the invisible or control character %U: remove it", c)
			return s
		}
	}
	return s
}

// paragraph is lineText for a longer text: line ends, tabs and unusual blanks become blanks.
func (r *report) paragraph(path, s string, most int) string {
	return r.lineText(path, strings.Join(strings.Fields(s), " "), most)
}

// oneOf checks a word; an empty one becomes the first.
func (r *report) oneOf(path, word string, words ...string) string {
	if word == "" {
		return words[0]
	}
	for _, w := range words {
		if word == w {
			return word
		}
	}
	hint := ""
	if near := nearest(word, words); near != "" {
		hint = "; did you mean " + near + "?"
	}
	r.wrong(path, "is %q and must be one of %s%s", clip(word), strings.Join(words, ", "), hint)
	return word
}

// within checks that a number is 0 (the default) or between least and most.
func (r *report) within(path string, n, least, most int) {
	if n != 0 && (n < least || n > most) {
		r.wrong(path, "is %d and must be %d to %d", n, least, most)
	}
}
