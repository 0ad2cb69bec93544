package host

import (
	"bytes"
	"encoding/json"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
)

// GrantChoice is what somebody says about a plugin's grants. The zero value keeps what was granted before.
//
// In JSON it is a word or an object. "requested" is what the manifest asks for, "used" what was granted and has been used, "observe"
// begins an observation. An object is the grants themselves; with "observe": true, and expiresInSeconds, it begins an observation
// beside them, or beside what was granted before if it says nothing else.
type GrantChoice struct {
	Requested bool
	Used      bool
	// Observe is how long an observation lasts from now; 0 begins none.
	Observe time.Duration
	Grants  *Grants

	// endObservation keeps what was granted without the observation. It is the host's own.
	endObservation bool
}

// How long a plugin is observed.
const (
	observeDefault = time.Hour
	observeMax     = egress.ObservationMax
)

// UnmarshalJSON implements json.Unmarshaler.
func (c *GrantChoice) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"requested"`:
		c.Requested = true
		return nil
	case `"used"`:
		c.Used = true
		return nil
	case `"observe"`:
		c.Observe = observeDefault
		return nil
	case "null":
		return nil
	}
	var in struct {
		Grants
		Observe          bool `json:"observe"`
		ExpiresInSeconds *int `json:"expiresInSeconds"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fault.Wrap(err, fault.Malformed, "grants_malformed", `grants must be "requested", "used", "observe", or an object like the plan's "requested"`).
			WithField("grants", "not understood")
	}
	if in.Observe {
		c.Observe = observeDefault
		if s := in.ExpiresInSeconds; s != nil {
			if *s < 1 || *s > int(observeMax.Seconds()) { // before it is a duration, which a larger number overflows
				return fault.New(fault.Invalid, "grants_invalid", "an observation lasts at most %d seconds", int(observeMax.Seconds())).
					WithField("expiresInSeconds", "must be 1 to %d", int(observeMax.Seconds()))
			}
			c.Observe = time.Duration(*s) * time.Second
		}
	} else if in.ExpiresInSeconds != nil {
		return fault.New(fault.Invalid, "grants_invalid", "only an observation expires").WithField("expiresInSeconds", `is for "observe": true`)
	}
	g := in.Grants
	g.GrantedBy, g.GrantedAt, g.ObserveUntil = "", time.Time{}, time.Time{}
	if !in.Observe || len(g.list()) > 0 {
		c.Grants = &g
	}
	return nil
}

// resolve gives the grants that the choice stands for. used is what of before has been used.
func (c GrantChoice) resolve(asked Grants, before *Grants, used func() *Grants) *Grants {
	if !c.Requested && !c.Used && c.Observe == 0 && c.Grants == nil && !c.endObservation {
		return before
	}
	chosen := before
	switch {
	case c.Requested:
		chosen = &asked
	case c.Used:
		chosen = used()
	case c.Grants != nil:
		chosen = c.Grants
	}
	if c.Observe == 0 && (chosen == nil || chosen.ObserveUntil.IsZero()) {
		return chosen
	}
	var g Grants
	if chosen != nil {
		g = *chosen
	}
	g.ObserveUntil = time.Time{}
	if c.Observe > 0 {
		g.ObserveUntil = time.Now().Add(c.Observe).UTC().Truncate(time.Second)
	}
	return &g
}
