package lean

import "fmt"

// problem is why a request is refused.
type problem struct {
	status int
	reason string
}

func (p *problem) Error() string { return fmt.Sprintf("%d: %s", p.status, p.reason) }

func malformed(reason string) *problem { return &problem{400, reason} }

// ErrBodyTooLarge is what reading a body gives when it is longer than the server allows. A handler
// that has answered nothing yet answers 413.
var ErrBodyTooLarge error = &problem{413, "the body is too large"}
