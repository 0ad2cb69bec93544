package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The streams of a line.
const (
	Stdout = "stdout"
	Stderr = "stderr"
	// Host marks what the host itself has to say about the plugin.
	Host = "host"
)

// MaxText is how many bytes of a line's text are kept.
const MaxText = 16 << 10

// Line is one line of output.
type Line struct {
	// Seq grows by one with each line, also across reopening.
	Seq uint64 `json:"seq"`
	// Time is when the line was written, in UTC.
	Time time.Time `json:"time"`
	// Stream is stdout, stderr or host.
	Stream string `json:"stream"`
	// Text is valid UTF-8 without the line end, at most [MaxText] bytes. It may hold control characters.
	Text string `json:"text"`
}

// clean makes text valid and not too long.
func clean(text string) string {
	if len(text) > MaxText {
		cut := MaxText
		for cut > MaxText-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return strings.ToValidUTF8(strings.Clone(text), "\uFFFD")
}

// encode returns the line as it is stored, with its line end.
func (l Line) encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(l) // a Line always encodes
	if strings.IndexFunc(l.Text, steering) < 0 {
		return b.Bytes()
	}
	return escaped(b.Bytes())
}

// steering tells which characters JSON leaves as they are and a terminal obeys, if somebody looks at the file with the tools
// of the system: DEL, controls of 8 bits, and what reorders text or hides it (B10).
func steering(r rune) bool { return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }

// escaped writes steering characters in JSON's own way, which loses nothing.
func escaped(line []byte) []byte {
	out := make([]byte, 0, 2*len(line))
	for _, r := range string(line) {
		if !steering(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, "\\u%04x", unit)
		}
	}
	return out
}
