package host

import "time"

// Reply is a kept answer to a request with an Idempotency-Key.
type Reply struct {
	// BodyHash is a keyed hash of the request's body: the same key with another body is an error.
	BodyHash string    `json:"bodyHash"`
	Status   int       `json:"status"`
	Type     string    `json:"type"`
	Location string    `json:"location,omitempty"`
	Body     []byte    `json:"body"`
	KeptAt   time.Time `json:"keptAt"`
}
