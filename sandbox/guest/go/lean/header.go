package lean

import "strings"

// Field is one header line.
type Field struct{ Name, Value string }

// Header are header lines in the order in which they came.
type Header []Field

// Get returns the value of the first line of that name, in any case, or "".
func (h Header) Get(name string) string {
	for i := range h {
		if equalFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Values returns the values of all lines of that name.
func (h Header) Values(name string) []string {
	var out []string
	for i := range h {
		if equalFold(h[i].Name, name) {
			out = append(out, h[i].Value)
		}
	}
	return out
}

// equalFold compares names, which are ASCII.
func equalFold(a, b string) bool {
	return len(a) == len(b) && (a == b || strings.EqualFold(a, b))
}

// isToken tells whether s may name a method or a header.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if !tokenBytes[s[i]] {
			return false
		}
	}
	return s != ""
}

var tokenBytes = func() (table [256]bool) {
	for _, c := range "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" {
		table[c] = true
	}
	return table
}()

// isValue tells whether s may be a header's value: no control bytes but tabs.
func isValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
