package manifest

import (
	"fmt"

	"appzone/host/fault"
)

// Warning is something that was accepted and should be mended in the file.
type Warning struct {
	// Line and Column count from 1, columns in characters. Both are 0 when the warning has no place in a file.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Code is stable, "trailing_comma".
	Code string `json:"code"`
	// Message is one sentence with the fix.
	Message string `json:"message"`
}

// At most so many of each are collected: a hostile file gets no megabyte of complaints.
const (
	maxWarnings = 100
	maxFields   = 50
)

// report collects what is wrong and what is odd.
type report struct {
	src source
	// at tells where in src each field stands, by its dotted path.
	at       map[string]int
	warnings []Warning
	fields   []fault.Field
}

func (r *report) warn(offset int, code, format string, args ...any) {
	if len(r.warnings) >= maxWarnings {
		return
	}
	line, column := r.src.position(offset)
	r.warnings = append(r.warnings, Warning{line, column, code, fmt.Sprintf(format, args...)})
}

// warnField is warn for a field that may stand in the file.
func (r *report) warnField(path, code, format string, args ...any) {
	if offset, ok := r.at[path]; ok {
		r.warn(offset, code, format, args...)
		return
	}
	if len(r.warnings) < maxWarnings {
		r.warnings = append(r.warnings, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
	}
}

// wrong notes that the field at path is wrong; one complaint per field is enough.
func (r *report) wrong(path, format string, args ...any) {
	for _, f := range r.fields {
		if f.Field == path {
			return
		}
	}
	if len(r.fields) >= maxFields {
		return
	}
	message := fmt.Sprintf(format, args...)
	if offset, ok := r.at[path]; ok {
		line, column := r.src.position(offset)
		message += fmt.Sprintf(" (line %d, column %d)", line, column)
	}
	r.fields = append(r.fields, fault.Field{Field: path, Message: message})
}

// err is the error for all wrong fields, or nil.
func (r *report) err() error {
	if len(r.fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "manifest_invalid", "manifest.json is wrong in %d places; mend them all and try again", len(r.fields))
	if len(r.fields) == 1 {
		e.Message = "manifest.json is wrong in one place; mend it and try again"
	}
	e.Fields = r.fields
	return e
}
