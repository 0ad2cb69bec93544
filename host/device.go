package host

import (
	"encoding/json"
	"time"
)

// DeviceLife is how long a browser that logged in is known for it.
const DeviceLife = 180 * 24 * time.Hour

// device is what a browser keeps of a log-in.
type device struct {
	ID      string    `json:"id"`
	MadeAt  time.Time `json:"madeAt"`
	Account string    `json:"account"`
}

// deviceContext binds a device to the account and its password: after a change of that, nobody is known.
func deviceContext(m memberRecord) string { return "device/" + hashOf(m.PasswordHash)[:16] }

// Device returns the id of the browser that keeps this text, if the user logged in with it and has the same password still. Its
// attempts to log in can be told from a stranger's; it lets nobody in.
func (h *Host) Device(user, sealed string) (id string, ok bool) {
	m, _ := h.member(user)
	text, err := h.secrets.Open(sealed, deviceContext(m)) // the same work for who does not exist
	if err != nil {
		return "", false
	}
	var d device
	if err := json.Unmarshal(text, &d); err != nil || d.Account != user || time.Since(d.MadeAt) > DeviceLife {
		return "", false
	}
	return d.ID, true
}

// NewDevice returns what a browser shall keep after a log-in of the user. One that is known already keeps its id.
func (h *Host) NewDevice(user, sealed string) (string, error) {
	now := time.Now().UTC()
	id, ok := h.Device(user, sealed)
	if !ok {
		id = newID(now)
	}
	return h.sealDevice(device{ID: id, MadeAt: now, Account: user})
}

func (h *Host) sealDevice(d device) (string, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	m, _ := h.member(d.Account)
	return h.secrets.Seal(text, deviceContext(m))
}
