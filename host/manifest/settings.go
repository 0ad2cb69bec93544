package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"appzone/host/fault"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

const (
	// maxSchemaBytes is the most that the settings schema may have, compact.
	maxSchemaBytes = 64 << 10
	draft2020      = "https://json-schema.org/draft/2020-12/schema"
	// schemaName never leaves the process: nothing is loaded from it.
	schemaName = "urn:appzone:settings"
)

// checkSchema returns what is wrong with a settings schema, or "".
func checkSchema(raw json.RawMessage) string {
	if len(raw) > maxSchemaBytes {
		return "has more than 64 KiB; make the schema smaller"
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return "is not JSON"
	}
	root, _ := doc.(map[string]any)
	if root["type"] != "object" {
		return `is a JSON Schema whose type must be "object"`
	}
	if s, ok := root["$schema"]; ok && s != draft2020 {
		return "must be JSON Schema 2020-12; remove $schema or name " + draft2020
	}
	if problem := boundSchema(root); problem != "" {
		return problem
	}
	if _, err := compileSchema(raw); err != nil {
		return "is not a valid JSON Schema: " + schemaProblem(err)
	}
	return ""
}

// noLoader keeps the compiler away from files and networks.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("schemas are not loaded from elsewhere")
}

// compileSchema compiles with Go's regular expressions, whose time is linear in the text (B6).
func compileSchema(raw json.RawMessage) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	if err := c.AddResource(schemaName, doc); err != nil {
		return nil, err
	}
	return c.Compile(schemaName)
}

// schemaProblem is the compiler's complaint in one line.
func schemaProblem(err error) string {
	text := err.Error()
	if invalid := new(jsonschema.SchemaValidationError); errors.As(err, &invalid) {
		text = invalid.Err.Error()
	}
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, schemaName, "")), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "..."
	}
	return text
}

// CheckSettings checks the plugin's settings, a JSON object, against its schema. A plugin without a schema has no
// settings but {}. The error is a *fault.Error of kind Invalid, settings_invalid, with the wrong fields named.
func (m *Manifest) CheckSettings(settings []byte) error {
	invalid := fault.New(fault.Invalid, "settings_invalid", "the settings do not fit what plugin %q says about them", m.ID)
	if len(settings) > MaxBytes {
		return invalid.WithField("", "the settings may have 256 KiB")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(settings))
	object, ok := value.(map[string]any)
	if err != nil || !ok {
		return invalid.WithField("", "the settings must be one JSON object")
	}
	if m.Parameters.Settings == nil {
		if len(object) > 0 {
			return invalid.WithField("", "the plugin has no settings")
		}
		return nil
	}
	schema, err := compileSchema(m.Parameters.Settings)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "the settings schema of plugin %q does not compile", m.ID)
	}
	failed := new(jsonschema.ValidationError)
	if err := schema.Validate(value); errors.As(err, &failed) {
		addFields(invalid, failed)
		return invalid
	} else if err != nil {
		return fault.Wrap(err, fault.Invalid, "settings_invalid", "the settings of plugin %q cannot be checked", m.ID)
	}
	return nil
}

// addFields names the innermost causes. Values are left out of the text: they may be secrets.
func addFields(e *fault.Error, failed *jsonschema.ValidationError) {
	if len(e.Fields) >= maxFields {
		return
	}
	if len(failed.Causes) == 0 {
		text := strings.Join(failed.ErrorKind.KeywordPath(), ".")
		switch text {
		case "required", "additionalProperties", "type", "minLength", "maxLength", "minimum", "maximum", "enum", "minItems", "maxItems":
			text = failed.ErrorKind.LocalizedString(message.NewPrinter(language.English))
		default:
			text = "does not fit its " + text
		}
		e.WithField(strings.Join(failed.InstanceLocation, "."), "%s", text)
		return
	}
	for _, cause := range failed.Causes {
		addFields(e, cause)
	}
}

// Secrets are the names of the top-level settings that the schema marks as writeOnly, sorted.
func (m *Manifest) Secrets() []string {
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	_ = json.Unmarshal(m.Parameters.Settings, &schema)
	var names []string
	for name, raw := range schema.Properties {
		var property struct {
			WriteOnly bool `json:"writeOnly"`
		}
		if json.Unmarshal(raw, &property) == nil && property.WriteOnly {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
