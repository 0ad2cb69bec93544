package wasi

import "github.com/tetratelabs/wazero/api"

// maxToken bounds what is taken of a token: twice what any that is believed has.
const maxToken = 16 << 10

// verifyIdentity tells whether the host signed who makes a request, verify_identity(token, length, out, capacity, written): success, and
// in out what the token says; EACCES, and in out why it is not believed, as much as there is room for; ERANGE where the room is too
// small for what it says. It needs no grant.
func (s *System) verifyIdentity(mem api.Memory, args []uint64) errno {
	at, length := uint32(args[0]), uint32(args[1])
	out, capacity, written := uint32(args[2]), uint32(args[3]), uint32(args[4])
	token, ok := mem.Read(at, min(length, maxToken))
	if !ok {
		return errFault
	}
	room, ok := mem.Read(out, capacity)
	if !ok {
		return errFault
	}
	if _, ok = mem.Read(written, 4); !ok {
		return errFault
	}
	e := success
	text, err := s.options.Identity(string(token))
	switch {
	case err != nil:
		e, text = errAcces, err.Error()
	case len(text) > len(room):
		e, text = errRange, ""
	}
	mem.WriteUint32Le(written, uint32(copy(room, text)))
	return e
}
