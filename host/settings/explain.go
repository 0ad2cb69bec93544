package settings

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"appzone/host/fault"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// maxFields is how many wrong fields one error names.
const maxFields = 20

// check validates the whole settings. blind passes over what tells of secrets.
func (s *Schema) check(whole map[string]any, blind bool) error {
	if count(whole)*s.parts > maxWork {
		return fault.New(fault.Invalid, CodeInvalid, "the settings are too long to be checked: shorten their lists")
	}
	err := s.compiled.Validate(whole)
	if err == nil {
		return nil
	}
	e := fault.New(fault.Invalid, CodeInvalid, "the settings are not valid")
	var wrong *jsonschema.ValidationError
	if !errors.As(err, &wrong) {
		return e
	}
	s.explain(wrong, e, blind)
	if blind && len(e.Fields) == 0 {
		return nil
	}
	slices.SortStableFunc(e.Fields, func(a, b fault.Field) int { return cmp.Compare(a.Field, b.Field) })
	e.Fields = slices.Compact(e.Fields)
	e.Fields = e.Fields[:min(len(e.Fields), maxFields)]
	return e
}

// explain adds the fields that wrong is about to e. Messages come from the schema's side alone, never from the value.
func (s *Schema) explain(wrong *jsonschema.ValidationError, e *fault.Error, blind bool) {
	if len(e.Fields) > 10*maxFields {
		return
	}
	if blind && !grouping(wrong.ErrorKind) && s.tellsOfSecret(wrong) {
		return
	}
	at := pointer(wrong.InstanceLocation)
	for _, secret := range s.secrets {
		if at.inside(secret) { // where inside the secret, and why, could tell what it holds
			if !blind {
				e.WithField(secret.dotted(), "does not have the form that the plugin asks for")
			}
			return
		}
	}
	switch k := wrong.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			e.WithField(append(slices.Clone(at), name).dotted(), "is required")
		}
		return
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			e.WithField(append(slices.Clone(at), shorten(name)).dotted(), "is not a setting of this plugin")
		}
		return
	}
	if len(wrong.Causes) == 0 || !grouping(wrong.ErrorKind) {
		e.WithField(at.dotted(), "%s", describe(wrong.ErrorKind))
		return
	}
	for _, cause := range wrong.Causes {
		s.explain(cause, e, blind)
	}
}

// grouping says that the causes below tell more than the kind itself.
func grouping(k jsonschema.ErrorKind) bool {
	switch k.(type) {
	case *kind.Schema, *kind.Group, *kind.AllOf, *kind.Reference:
		return true
	}
	return false
}

// describe says what would be right.
func describe(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be of type " + strings.Join(k.Want, " or ")
	case *kind.Enum:
		return "must be one of " + list(k.Want)
	case *kind.Const:
		return "must be " + list([]any{k.Want})
	case *kind.Format:
		return "must be a valid " + k.Want
	case *kind.Pattern:
		return "must match the pattern " + shorten(k.Want)
	case *kind.FalseSchema:
		return "is not allowed"
	case *kind.UniqueItems:
		return "must not hold the same item twice"
	case *kind.PropertyNames:
		return "has a name in it that is not allowed"
	case *kind.DependentRequired:
		return fmt.Sprintf("needs %s beside %s", strings.Join(k.Missing, ", "), k.Prop)
	case *kind.AnyOf, *kind.OneOf, *kind.Not:
		return "has none of the forms that the plugin asks for"
	}
	return describeLimit(k)
}

func describeLimit(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.MinLength:
		return fmt.Sprintf("must have at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters", k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d items", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d items", k.Want)
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %d entries", k.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("must have at most %d entries", k.Want)
	case *kind.Minimum:
		return "must be at least " + number(k.Want)
	case *kind.Maximum:
		return "must be at most " + number(k.Want)
	case *kind.ExclusiveMinimum:
		return "must be more than " + number(k.Want)
	case *kind.ExclusiveMaximum:
		return "must be less than " + number(k.Want)
	case *kind.MultipleOf:
		return "must be a multiple of " + number(k.Want)
	}
	return "is not what the plugin asks for"
}

func number(r *big.Rat) string {
	if r.IsInt() {
		return r.RatString()
	}
	return strings.TrimRight(r.FloatString(12), "0")
}

// list is values of the schema, shortened.
func list(values []any) string {
	var parts []string
	for _, v := range values {
		parts = append(parts, string(encode(v)))
	}
	return shorten(strings.Join(parts, ", "))
}

// shorten bounds text that is not our own.
func shorten(text string) string {
	const limit = 200
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}
