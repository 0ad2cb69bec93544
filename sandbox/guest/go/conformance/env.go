package conformance

import (
	"encoding/json"
	"os"
	"time"

	guest "appzone/sandbox/guest/go"
)

// Bounds of what a request may ask for.
const (
	MaxWait  = time.Minute
	MaxLines = 1000
	// Beat is the time between two lines of a stream.
	Beat = 20 * time.Millisecond
)

// Env is the answer to /env.
func Env(who guest.Identity) ([]byte, error) {
	settings := json.RawMessage("{}")
	if err := guest.Settings(&settings); err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Plugin   string          `json:"plugin"`
		Version  string          `json:"version"`
		Settings json.RawMessage `json:"settings"`
		User     string          `json:"user"`
		Role     string          `json:"role"`
	}{os.Getenv("APPZONE_PLUGIN_ID"), os.Getenv("APPZONE_PLUGIN_VERSION"), settings, who.User, who.Role})
}

// Identity is the answer to /identity.
func Identity(get func(name string) string) (status int, body []byte, err error) {
	c, err := guest.VerifyIdentity(get)
	if err != nil {
		body, err = json.Marshal(map[string]string{"error": err.Error()})
		return 403, body, err
	}
	body, err = json.Marshal(map[string]any{
		"user": c.User, "role": c.Role, "subject": c.Subject, "issuer": c.Issuer,
		"issuedAt": c.IssuedAt.Unix(), "expiresAt": c.ExpiresAt.Unix(),
	})
	return 200, body, err
}

// Crash ends the program as a bug would.
func Crash() {
	_, _ = os.Stderr.WriteString("crashing on request\n")
	os.Exit(3)
}
