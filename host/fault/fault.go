package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind groups codes by what the caller can do about them. The API maps each kind
// to one HTTP status.
type Kind uint8

// The kinds, with the HTTP status that the API answers for each.
const (
	Internal     Kind = iota // 500: a defect or a broken machine
	Invalid                  // 422: understood and refused; the input must change
	Malformed                // 400: not understood
	Unauthorized             // 401: no valid credentials
	Forbidden                // 403: valid credentials, missing right
	NotFound                 // 404
	Conflict                 // 409: the state does not allow it now
	Precondition             // 412: If-Match does not hold
	TooLarge                 // 413
	TooMany                  // 429: rate or count limit; try later
	Unavailable              // 503: not ready; try later
	NoSpace                  // 507: the disk is too full
	Unsupported              // 415: wrong media type
	Required                 // 428: the request must carry If-Match
	Gateway                  // 502: the plugin answered nonsense or not at all
	Timeout                  // 504: the plugin did not answer in time
)

// Error is what failed, for people and for programs.
type Error struct {
	// Kind decides the HTTP status.
	Kind Kind
	// Code is the stable, snake_case word that programs match on, "id_taken".
	Code string
	// Message is one lower-case sentence: what failed, why, what to do. No secrets.
	Message string
	// Fields names the parts of the input that are wrong, if any.
	Fields []Field
	// RetryAfter tells when trying again makes sense; zero when nobody knows.
	RetryAfter time.Duration
	// Err is the cause. It is logged and never shown outside.
	Err error
}

// Field is one wrong part of an input.
type Field struct {
	// Field is a dotted path into the input, "parameters.scriptPath".
	Field string `json:"field"`
	// Message says what is wrong and what is right.
	Message string `json:"message"`
}

// New makes an error; format and args make its message.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap is New with a cause that is logged and not shown.
func Wrap(err error, kind Kind, code, format string, args ...any) *Error {
	e := New(kind, code, format, args...)
	e.Err = err
	return e
}

// WithField returns e with one more wrong part of the input named.
func (e *Error) WithField(field, format string, args ...any) *Error {
	e.Fields = append(e.Fields, Field{Field: field, Message: fmt.Sprintf(format, args...)})
	return e
}

// Error is the message with its fields and its cause, for logs and for the command line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// From finds the *Error in err, or makes an internal one around it. It returns
// nil for nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, Internal, "internal", "the host failed; its log has the cause under this request id")
}

// CodeOf is the code of the *Error in err: "" for nil, "internal" for an error without one.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	return From(err).Code
}
