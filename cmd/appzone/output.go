package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

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
		e := json.NewEncoder(a.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	case formatYAML:
		b, err := yaml.JSONToYAML(raw)
		if err != nil {
			return err
		}
		_, err = a.out.Write(b)
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
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '·'
		}
		return r
	}, text)
}
