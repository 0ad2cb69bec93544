package manifest

import (
	"encoding/json"
	"errors"
	"strings"

	"appzone/host/fault"
	"appzone/host/settings"
)

// checkSchema returns what is wrong with a settings schema, or "". What passes is what the host can hold settings against.
func checkSchema(raw json.RawMessage) string {
	var root struct {
		Type any `json:"type"`
	}
	if err := json.Unmarshal(raw, &root); err != nil || root.Type != "object" {
		return `is a JSON Schema whose type must be "object"`
	}
	_, err := settings.Compile(raw)
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	_, why, _ := strings.Cut(f.Message, ": ")
	return "cannot be used as a schema: " + why
}
