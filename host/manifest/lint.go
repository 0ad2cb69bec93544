package manifest

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"appzone/host/fault"

	"github.com/tailscale/hujson"
)

// lint warns of comments and trailing commas, and refuses numbers and strings that other readers of
// the same text would understand differently.
func lint(v hujson.Value, r *report) error {
	lintExtra(v.BeforeExtra, v.StartOffset-len(v.BeforeExtra), r)
	lintExtra(v.AfterExtra, v.EndOffset, r)
	switch value := v.Value.(type) {
	case hujson.Literal:
		return lintLiteral(value, v.StartOffset, r)
	case *hujson.Object:
		for i, member := range value.Members {
			if err := lint(member.Name, r); err != nil {
				return err
			}
			if err := lint(member.Value, r); err != nil {
				return err
			}
			if i == len(value.Members)-1 {
				lintComma(member.Value, v, value.AfterExtra, r)
			}
		}
		lintExtra(value.AfterExtra, v.EndOffset-1-len(value.AfterExtra), r)
	case *hujson.Array:
		for i, element := range value.Elements {
			if err := lint(element, r); err != nil {
				return err
			}
			if i == len(value.Elements)-1 {
				lintComma(element, v, value.AfterExtra, r)
			}
		}
		lintExtra(value.AfterExtra, v.EndOffset-1-len(value.AfterExtra), r)
	}
	return nil
}

// lintComma warns of a comma between last and the end of its parent. The comma is the one byte there
// that belongs to no extra.
func lintComma(last, parent hujson.Value, after hujson.Extra, r *report) {
	comma := last.EndOffset + len(last.AfterExtra)
	if comma+len(after)+1 < parent.EndOffset {
		r.warn(comma, "trailing_comma", "a comma follows the last value; remove it, other readers of JSON refuse the file")
	}
}

func lintExtra(extra hujson.Extra, offset int, r *report) {
	if !extra.IsStandard() {
		r.warn(offset+bytes.IndexByte(extra, '/'), "comment", "the file holds a comment; other readers of JSON refuse it")
	}
}

// The bounds of a number: what every reader of JSON holds without loss of its magnitude, and no
// exponent that makes exact arithmetic explode.
const (
	maxNumberBytes = 32
	maxExponent    = 308
)

func lintLiteral(lit hujson.Literal, offset int, r *report) error {
	switch lit.Kind() {
	case '0':
		if err := lintNumber(string(lit), offset, r); err != nil {
			return err
		}
	case '"':
		if strings.ContainsRune(lit.String(), utf8.RuneError) {
			return r.src.broken(offset, "the string holds a broken character", "save the file as UTF-8 and write the character again")
		}
	}
	return nil
}

func lintNumber(number string, offset int, r *report) *fault.Error {
	_, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	power := 0
	if exponent != "" {
		var err error
		if power, err = strconv.Atoi(exponent); err != nil {
			power = math.MaxInt
		}
	}
	value, err := strconv.ParseFloat(number, 64)
	if len(number) > maxNumberBytes || err != nil || math.IsInf(value, 0) || power > maxExponent || power < -maxExponent {
		return r.src.broken(offset, "the number is too long or too large", "use at most 32 characters and exponents up to 308")
	}
	return nil
}
