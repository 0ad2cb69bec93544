package settings

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"appzone/host/fault"
)

// Stored is what is kept of a plugin's settings.
type Stored struct {
	// Values are the settings without secrets and without defaults, an object.
	Values json.RawMessage `json:"values,omitempty"`
	// Secrets by JSON pointer (RFC 6901).
	Secrets map[string]SealedSecret `json:"secrets,omitempty"`
}

// SealedSecret is one secret as it is kept.
type SealedSecret struct {
	// Sealed is the encrypted JSON value.
	Sealed string `json:"sealed"`
	// Fingerprint names the value without showing it.
	Fingerprint string `json:"fingerprint"`
	// UpdatedAt is when it was set.
	UpdatedAt time.Time `json:"updatedAt"`
}

// mask is what people see of a secret. Sent back, it leaves the secret as it is.
type mask struct {
	Set         bool       `json:"set"`
	Fingerprint string     `json:"fingerprint,omitempty"`
	UpdatedAt   *time.Time `json:"updatedAt,omitempty"`
}

// isMask says that v looks like what Show shows of a secret. No secret can be set to such a value.
func isMask(v any) bool {
	object, ok := v.(map[string]any)
	if _, isBool := object["set"].(bool); !ok || !isBool {
		return false
	}
	for key := range object {
		if key != "set" && key != "fingerprint" && key != "updatedAt" {
			return false
		}
	}
	return true
}

// masks says that the mask v is one of x: a person sent back what Show had shown.
func (x SealedSecret) masks(v any) bool {
	object, _ := v.(map[string]any)
	fingerprint, named := object["fingerprint"]
	return object["set"] == true && (!named || fingerprint == x.Fingerprint)
}

// values decodes what is stored; what cannot be decoded is as good as nothing.
func (st Stored) values() map[string]any {
	v, _ := decodeOwn(st.Values)
	object, ok := v.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	return object
}

// Show returns the settings for people: each secret that is set as {"set":true,"fingerprint":"...","updatedAt":"..."}, and
// no defaults.
func (s *Schema) Show(st Stored) json.RawMessage {
	values := st.values()
	for _, p := range s.secrets {
		if sealed, ok := st.Secrets[p.String()]; ok {
			at := sealed.UpdatedAt
			p.set(values, mask{Set: true, Fingerprint: sealed.Fingerprint, UpdatedAt: &at})
		} else if _, held, _ := p.get(values); held {
			p.set(values, mask{Set: true}) // stored when the schema did not call it a secret
		}
	}
	return encode(values)
}

// Deliver returns the settings for the plugin, with secrets and with the schema's defaults. open decrypts a
// secret; its error ends the call.
func (s *Schema) Deliver(st Stored, open func(sealed string) ([]byte, error)) (json.RawMessage, error) {
	values := st.values()
	for _, p := range s.secrets {
		sealed, ok := st.Secrets[p.String()]
		if !ok {
			continue
		}
		v, err := sealed.open(open)
		if err != nil {
			return nil, unopened(p, err)
		}
		p.set(values, v)
	}
	fillDefaults(s.compiled, values)
	return encode(values), nil
}

// Public returns the settings for the plugin's pages: with the schema's defaults and without any secret.
func (s *Schema) Public(st Stored) json.RawMessage {
	values := st.values()
	fillDefaults(s.compiled, values)
	for _, p := range s.secrets { // at the end: a default may be one, and a plain value that was stored under another schema
		p.remove(values)
	}
	return encode(values)
}

// unopened names the secret that err, of open, is about.
func unopened(p pointer, err error) error {
	f := *fault.From(err)
	f.Message = fmt.Sprintf("the setting %s: %s", p.dotted(), f.Message)
	f.Fields = append(slices.Clone(f.Fields), fault.Field{Field: p.dotted(), Message: "cannot be opened: send its value again, or null to remove it"})
	return &f
}

func (x SealedSecret) open(open func(string) ([]byte, error)) (any, error) {
	plain, err := open(x.Sealed)
	if err != nil {
		return nil, err
	}
	return decodeOwn(plain)
}

// seal encrypts one secret.
func (s *Schema) seal(v any, seal func([]byte) (string, error), now time.Time) (SealedSecret, error) {
	plain := encode(v)
	text, err := seal(plain)
	if err != nil {
		return SealedSecret{}, err
	}
	x := SealedSecret{Sealed: text, UpdatedAt: now.UTC()}
	if s.fingerprint != nil {
		x.Fingerprint = s.fingerprint(plain)
	} else {
		sum := sha256.Sum256([]byte(text))
		x.Fingerprint = hex.EncodeToString(sum[:6])
	}
	return x, nil
}

// encode returns v as compact JSON; what was decoded always encodes.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage(`{}`)
	}
	return bytes.TrimSpace(b.Bytes())
}
