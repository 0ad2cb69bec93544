package httpguard

import (
	"appzone/host/fault"
)

// checkFraming refuses a header block whose framing another server could read in another
// way than this one did. fasthttp alone accepts Content-Length beside Transfer-Encoding,
// folded lines and lines that end in a bare LF.
func checkFraming(block []byte) *fault.Error {
	lengths, encodings := 0, 0
	for len(block) > 0 {
		name, value, rest, err := NextField(block, false)
		if err != nil {
			return fault.Wrap(err, fault.Malformed, "malformed_header",
				"the request's header is malformed: %v; send one field per line, each ended by CRLF", err)
		}
		if len(name) == 0 {
			break
		}
		switch {
		case EqualFold(name, "content-length"):
			lengths++
		case EqualFold(name, "transfer-encoding"):
			encodings++
			if !EqualFold(value, "chunked") {
				return fault.New(fault.Malformed, "ambiguous_framing",
					"the transfer encoding of the request is not understood; only chunked is")
			}
		}
		block = rest
	}
	if lengths+encodings > 1 {
		return fault.New(fault.Malformed, "ambiguous_framing",
			"the request states its length twice; send either one Content-Length or Transfer-Encoding: chunked")
	}
	return nil
}
