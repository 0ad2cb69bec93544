package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"appzone/host/fault"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// The codes of what is refused here.
const (
	// CodeInvalid is of settings that the schema refuses.
	CodeInvalid = "settings_invalid"
	// CodeSchemaInvalid is of a schema that cannot be used.
	CodeSchemaInvalid = "settings_schema_invalid"
)

// Schema is what the settings of one version of a plugin must look like. Safe for concurrent use.
type Schema struct {
	doc         any // as it was read
	compiled    *jsonschema.Schema
	parts       int       // with every reference followed
	secrets     []pointer // sorted
	fingerprint func(secret []byte) string
}

const (
	// location names the schema to itself; relative references would lead below it, and lead nowhere.
	location = "urn:appzone:settings"
	draft    = "https://json-schema.org/draft/2020-12/schema"
)

// empty is the schema of a plugin without settings.
const empty = `{"type":"object","additionalProperties":false}`

// Compile reads a schema of at most [MaxBytes]. Nil (or JSON's null) is the schema of a plugin without settings: it
// accepts only an empty object. A *fault.Error settings_schema_invalid says what is wrong. References must stay
// inside the document and must not form a cycle; formats are checked; secrets inside lists are refused.
func Compile(schema json.RawMessage) (*Schema, error) {
	if len(schema) == 0 || string(schema) == "null" {
		schema = json.RawMessage(empty)
	}
	s, err := compile(schema)
	if err != nil {
		return nil, fault.New(fault.Invalid, CodeSchemaInvalid, "the schema of the settings cannot be used: %v", err)
	}
	return s, nil
}

func compile(schema json.RawMessage) (*Schema, error) {
	doc, err := decode(schema)
	if err != nil {
		return nil, err
	}
	object, ok := doc.(map[string]any)
	if !ok {
		return nil, errors.New("it must be an object")
	}
	if d, ok := object["$schema"]; ok && d != draft && d != draft+"#" {
		return nil, errors.New("$schema must be " + draft)
	}
	if count(doc) > maxCounted {
		return nil, fmt.Errorf("it has more than %d values", maxCounted)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	c.UseRegexpEngine(compilePattern)
	if err := c.AddResource(location, doc); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(location)
	if err != nil {
		return nil, reason(err)
	}
	s := &Schema{doc: doc, compiled: compiled}
	if s.parts, err = measure(compiled); err != nil {
		return nil, err
	}
	if s.secrets, err = findSecrets(compiled); err != nil {
		return nil, err
	}
	return s, nil
}

// WithFingerprint returns a copy of s that names new secrets by f. Without it a secret is named by its sealed form, and so
// anew each time that it is set.
func (s *Schema) WithFingerprint(f func(secret []byte) string) *Schema {
	c := *s
	c.fingerprint = f
	return &c
}

// noLoader refuses every document beside the schema itself.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("references to other documents are not allowed")
}

// reason is what the library says about a schema, in one line of a bounded length. Of a tree of causes it is the
// first leaf, which is about a keyword; the others only repeat where that is.
func reason(err error) error {
	var wrong *jsonschema.ValidationError
	if bad := (*jsonschema.SchemaValidationError)(nil); errors.As(err, &bad) && errors.As(bad.Err, &wrong) {
		for len(wrong.Causes) > 0 {
			wrong = wrong.Causes[0]
		}
		err = errors.New(pointer(wrong.InstanceLocation).dotted() + ": " + wrong.ErrorKind.LocalizedString(english))
	}
	return errors.New(shorten(strings.Join(strings.Fields(err.Error()), " ")))
}

// english is the language of the library's messages.
var english = message.NewPrinter(language.English)
