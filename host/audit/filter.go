package audit

import (
	"strings"
	"time"
)

// Filter says which entries somebody wants. Empty fields are all.
type Filter struct {
	Actor  string `json:"actor,omitempty"`
	Plugin string `json:"plugin,omitempty"`
	// Kind is a kind or the beginning of one: "plugin." is all that is done to plugins.
	Kind    string  `json:"kind,omitempty"`
	Outcome Outcome `json:"outcome,omitempty"`
	// Since and Until bound the time, the one included, the other not.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Wants tells whether e is one of them.
func (f *Filter) Wants(e *Entry) bool {
	return (f.Actor == "" || f.Actor == e.Actor) &&
		(f.Plugin == "" || f.Plugin == e.Plugin) &&
		(f.Outcome == "" || f.Outcome == e.Outcome) &&
		strings.HasPrefix(e.Kind, f.Kind) &&
		(f.Since.IsZero() || !e.Time.Before(f.Since)) &&
		(f.Until.IsZero() || e.Time.Before(f.Until))
}
