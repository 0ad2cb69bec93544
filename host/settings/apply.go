package settings

import (
	"encoding/json"
	"time"

	"appzone/host/fault"
)

// Apply returns what is to be stored when a person puts new settings in the place of old ones. An omitted
// secret stays, and so does one that is sent back as [Schema.Show] showed it; null removes it. seal and open encrypt and
// decrypt a secret. old is not changed. A *fault.Error settings_invalid names each field that is wrong, and
// never shows what a secret holds.
func (s *Schema) Apply(old Stored, put json.RawMessage, seal func([]byte) (string, error), open func(string) ([]byte, error),
	now time.Time) (Stored, error) {
	v, err := decode(put)
	if err != nil {
		return Stored{}, fault.New(fault.Invalid, CodeInvalid, "the settings cannot be read: %v", err)
	}
	values, ok := v.(map[string]any)
	if !ok {
		return Stored{}, fault.New(fault.Invalid, CodeInvalid, "the settings must be a JSON object")
	}
	c := change{schema: s, old: old, values: values, kept: map[string]SealedSecret{}, fresh: map[string]any{}}
	if err := c.takeSecrets(); err != nil {
		return Stored{}, err
	}
	if err := c.validate(open); err != nil {
		return Stored{}, err
	}
	st := Stored{Values: encode(c.values), Secrets: c.kept}
	for at, v := range c.fresh {
		if st.Secrets[at], err = s.seal(v, seal, now); err != nil {
			return Stored{}, err
		}
	}
	return st, nil
}

// change is one Apply under way.
type change struct {
	schema *Schema
	old    Stored
	values map[string]any          // without secrets, once they are taken
	kept   map[string]SealedSecret // by pointer
	fresh  map[string]any          // by pointer
}

// takeSecrets takes the secrets out of the values.
func (c *change) takeSecrets() error {
	for _, p := range c.schema.secrets {
		sealed, had := c.old.Secrets[p.String()]
		v, held, blocked := p.get(c.values)
		switch {
		case blocked: // an object's place was given to something else
		case held && v == nil:
			p.remove(c.values)
		case !held:
			if had {
				c.kept[p.String()] = sealed
			}
		case isMask(v):
			p.remove(c.values)
			if problem := wrongMask(v, sealed, had); problem != "" {
				return fault.New(fault.Invalid, CodeInvalid, "the settings are not valid").WithField(p.dotted(), "%s", problem)
			}
			c.kept[p.String()] = sealed
		default:
			p.remove(c.values)
			c.fresh[p.String()] = v
		}
	}
	return nil
}

// wrongMask says why the secret that v stands for cannot stay, or "".
func wrongMask(v any, sealed SealedSecret, had bool) string {
	switch {
	case !had:
		return "no secret is set that could stay: send its value"
	case !sealed.masks(v):
		return "is another secret than the one that is set: leave it out to keep that one, or send a value"
	}
	return ""
}

// validate holds what the plugin would get against the schema.
func (c *change) validate(open func(string) ([]byte, error)) error {
	whole := clone(c.values).(map[string]any)
	for _, p := range c.schema.secrets {
		at := p.String()
		if v, ok := c.fresh[at]; ok {
			p.set(whole, clone(v))
		} else if sealed, ok := c.kept[at]; ok {
			v, err := sealed.open(open)
			if err != nil {
				return unopened(p, err)
			}
			p.set(whole, v)
		}
	}
	fillDefaults(c.schema.compiled, whole)
	return c.schema.check(whole, false)
}

// Secrets returns the JSON pointers of the schema's secrets, sorted.
func (s *Schema) Secrets() []string {
	list := make([]string, len(s.secrets))
	for i, p := range s.secrets {
		list[i] = p.String()
	}
	return list
}
