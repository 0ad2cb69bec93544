package manifest

import (
	"reflect"
)

// Parse reads a manifest.json of at most [MaxBytes] and fills in the defaults of the
// words (sidebar, icon, runtime, restart policy, upgrade; for numbers see [Manifest.EffectiveLimits]).
//
// Warnings are returned with and without an error. The error is a *fault.Error of kind Invalid:
// manifest_too_large, manifest_syntax (its message has line, column and the likely fix), or
// manifest_invalid (its Fields name every wrong field by its dotted path).
func Parse(data []byte) (*Manifest, []Warning, error) {
	r := &report{at: map[string]int{}}
	src, err := readText(data, r)
	if err != nil {
		return nil, r.warnings, err
	}
	tree, err := src.parseTree()
	if err != nil {
		return nil, r.warnings, err
	}
	if err := lint(tree, r); err != nil {
		return nil, r.warnings, err
	}
	m := new(Manifest)
	d := decoder{r}
	d.object("", tree, reflect.ValueOf(m).Elem())
	m.validate(r)
	if err := r.err(); err != nil {
		return nil, r.warnings, err
	}
	return m, r.warnings, nil
}

// Validate checks a manifest that was changed after it was parsed, cleans its paths and texts and fills in
// defaults, all exactly as [Parse] does.
func (m *Manifest) Validate() ([]Warning, error) {
	r := &report{}
	m.validate(r)
	return r.warnings, r.err()
}
