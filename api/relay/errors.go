package relay

import (
	"context"
	"errors"
	"net"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

// CodeClientLeft is the code for a request whose client did not wait for the answer: nothing failed, and nobody reads what is said.
const CodeClientLeft = "client_left"

// errBeforeFirstByte marks a connection that died before any of the answer came.
type errBeforeFirstByte struct{ error }

func (e errBeforeFirstByte) Unwrap() error { return e.error }

// unreachable marks an instance that takes no connection.
type unreachable struct{ error }

func (e unreachable) Unwrap() error { return e.error }

// acquireError marks what Acquire said, which is returned as it is.
type acquireError struct{ error }

func (e acquireError) Unwrap() error { return e.error }

// malformedAnswer marks an answer that is not HTTP.
type malformedAnswer struct{ error }

func (e malformedAnswer) Unwrap() error { return e.error }

// explain turns what went wrong into what the client is told.
func (l *call) explain(err error) error {
	x := l.x
	if cause := x.aborted(); cause != nil {
		return cause
	}
	var acquired acquireError
	if errors.As(err, &acquired) {
		return acquired.error
	}
	x.end(false) // waits for the upload, whose error tells more
	if x.uploadErr != nil && !errors.Is(x.uploadErr, errUpstream) && !errors.Is(x.uploadErr, httpguard.ErrAborted) {
		return x.uploadErr
	}
	var refused unreachable
	var malformed malformedAnswer
	var answer *fault.Error
	switch {
	case errors.As(err, &refused):
		answer = fault.Wrap(err, fault.Gateway, "plugin_unreachable", "the plugin takes no connections; its log may say why")
	case errors.As(err, &malformed), errors.Is(err, errHeadTooLarge):
		answer = fault.Wrap(err, fault.Gateway, "plugin_answer_malformed", "the plugin's answer is not understood: %v", err)
	case timedOut(err):
		answer = fault.Wrap(err, fault.Timeout, "plugin_timeout", "the plugin did not answer within %s", x.relay.o.HeaderTimeout)
	case errors.Is(err, errUnsafeValue):
		return fault.Wrap(err, fault.Internal, "internal", "the host cannot tell the plugin who asks")
	default:
		answer = fault.Wrap(err, fault.Gateway, "plugin_closed", "the plugin closed the connection without an answer; its log may say why")
	}
	x.relay.o.Logger.Warn("plugin did not answer", "plugin", x.who.Plugin, "code", answer.Code, "error", err, "request_id", l.out.requestID)
	return answer
}

func timedOut(err error) bool {
	var t net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &t) && t.Timeout())
}
