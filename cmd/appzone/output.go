package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf16"

	"github.com/goccy/go-yaml"
)

// The formats of -o.
const (
	formatJSON  = "json"
	formatTable = "table"
	formatYAML  = "yaml"
)

// print writes an answer: as it came, as YAML, or as the table that rows makes of it.
func (a *app) print(raw json.RawMessage, table func(w io.Writer) error) error {
	switch a.format {
	case formatJSON:
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(v); err != nil {
			return err
		}
		_, err := io.WriteString(a.out, escape(b.String()))
		return err
	case formatYAML:
		b, err := yaml.JSONToYAML(raw)
		if err != nil {
			return err
		}
		_, err = io.WriteString(a.out, cleanLines(string(b)))
		return err
	default:
		w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
		if err := table(w); err != nil {
			return err
		}
		return w.Flush()
	}
}

// row writes one line of a table.
func row(w io.Writer, cells ...any) {
	text := make([]string, len(cells))
	for i, c := range cells {
		text[i] = clean(fmt.Sprint(c))
		if text[i] == "" {
			text[i] = "-"
		}
	}
	fmt.Fprintln(w, strings.Join(text, "\t"))
}

// clean makes text safe for a terminal: what a plugin says must not move the cursor, change colours or hide lines.
func clean(text string) string { return strings.ReplaceAll(cleanLines(text), "\n", "·") }

// cleanLines is clean for a text of several lines.
func cleanLines(text string) string {
	return strings.Map(func(r rune) rune {
		if unsafeRune(r) && r != '\n' {
			return '·'
		}
		return r
	}, text)
}

// escape writes what clean would replace in JSON's own way, which loses nothing.
func escape(document string) string {
	var b strings.Builder
	for _, r := range document {
		if r == '\n' || !unsafeRune(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

func unsafeRune(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
