package settings

import (
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Check holds stored settings, with the schema's defaults, against the schema: they may have been stored under another version's. It
// returns a *fault.Error settings_invalid that names each field that is wrong. What was sealed and is no secret of this schema counts as
// missing: the plugin would not get it.
//
// open decrypts a secret. Where it is nil, a secret is only there or not, and what depends on its value is taken for right: nobody
// learns of a secret by holding it against a schema of their own.
func (s *Schema) Check(st Stored, open func(sealed string) ([]byte, error)) error {
	whole := st.values()
	for _, p := range s.secrets {
		sealed, ok := st.Secrets[p.String()]
		switch _, plain, _ := p.get(whole); {
		case ok && open != nil:
			v, err := sealed.open(open)
			if err != nil {
				return unopened(p, err)
			}
			p.set(whole, v)
		case open == nil && (ok || plain):
			p.set(whole, "")
		}
	}
	fillDefaults(s.compiled, whole)
	return s.check(whole, open == nil)
}

// tellsOfSecret says that wrong is about what a secret holds, or may be: one of several forms can be missed for that reason alone.
func (s *Schema) tellsOfSecret(wrong *jsonschema.ValidationError) bool {
	at := pointer(wrong.InstanceLocation)
	return slices.ContainsFunc(s.secrets, at.inside) || slices.ContainsFunc(wrong.Causes, s.tellsOfSecret)
}
