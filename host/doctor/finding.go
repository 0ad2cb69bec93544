package doctor

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Level is how bad a finding is.
type Level string

// The levels.
const (
	// OK says that it was looked at and is as it should be.
	OK Level = "ok"
	// Warning works, and should be looked after.
	Warning Level = "warning"
	// Trouble does not work, or is not safe.
	Trouble Level = "trouble"
)

// rank orders levels, the worst first.
func (l Level) rank() int { return slices.Index([]Level{Trouble, Warning, OK}, l) }

// Finding is one thing that was looked at.
type Finding struct {
	// Area is the part of the installation, "disk".
	Area  string `json:"area"`
	Level Level  `json:"level"`
	// Code is stable, "disk_full".
	Code Code `json:"code"`
	// Title is one line.
	Title string `json:"title"`
	// Detail says what was found, and why that matters; "" where the title says it all.
	Detail string `json:"detail"`
	// Fix says what to do, with the command, variable or file; "" where there is nothing to do.
	Fix string `json:"fix"`
	// Plugin is the id of the plugin that it is about, "" for none.
	Plugin string `json:"plugin,omitempty"`
}

// Good is a finding of something that is as it should be.
func (c Code) Good(title, detail string) Finding {
	return Finding{Area: c.Area(), Level: OK, Code: c, Title: title, Detail: detail}
}

// Warn is a finding of something that works and should be looked after.
func (c Code) Warn(title, detail, fix string) Finding {
	return Finding{Area: c.Area(), Level: Warning, Code: c, Title: title, Detail: detail, Fix: fix}
}

// Bad is a finding of trouble.
func (c Code) Bad(title, detail, fix string) Finding {
	return Finding{Area: c.Area(), Level: Trouble, Code: c, Title: title, Detail: detail, Fix: fix}
}

// Of is f about a plugin.
func (f Finding) Of(plugin string) Finding {
	f.Plugin = plugin
	return f
}

const (
	// findingsMax bounds the findings of a report: the worst are kept.
	findingsMax = 1000
	titleMax    = 200
	textMax     = 2000
)

// Report is what was found at a moment.
type Report struct {
	CheckedAt time.Time `json:"checkedAt"`
	// Trouble and Warnings count findings.
	Trouble  int `json:"trouble"`
	Warnings int `json:"warnings"`
	// Items are the findings by level, the worst first, then by area; at most 1000.
	Items []Finding `json:"items"`
}

// NewReport orders and counts the findings, and shortens texts that are too long.
func NewReport(at time.Time, findings []Finding) Report {
	r := Report{CheckedAt: at.UTC(), Items: make([]Finding, 0, len(findings))}
	for _, f := range findings {
		switch f.Level {
		case Trouble:
			r.Trouble++
		case Warning:
			r.Warnings++
		}
		f.Title = shorten(strings.Join(strings.Fields(f.Title), " "), titleMax)
		f.Detail, f.Fix = shorten(f.Detail, textMax), shorten(f.Fix, textMax)
		r.Items = append(r.Items, f)
	}
	slices.SortStableFunc(r.Items, func(a, b Finding) int {
		return cmp.Or(a.Level.rank()-b.Level.rank(), strings.Compare(a.Area, b.Area), strings.Compare(string(a.Code), string(b.Code)),
			strings.Compare(a.Plugin, b.Plugin))
	})
	if len(r.Items) > findingsMax {
		r.Items = r.Items[:findingsMax:findingsMax]
	}
	return r
}

// shorten cuts text to at most n bytes, between runes.
func shorten(text string, n int) string {
	const mark = "…"
	if len(text) <= n {
		return text
	}
	n -= len(mark)
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + mark
}
