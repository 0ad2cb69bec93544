package bundle

import (
	"cmp"
	"io"
	"slices"
)

// locate checks each local header against the central one, and that entries lie side by side from the
// zip's first byte to its directory: no overlaps (A5), no hidden entries and nothing in between (A6).
func locate(r io.ReaderAt, headers []header, d directory) error {
	slices.SortFunc(headers, func(a, b header) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.index, b.index))
	})
	at := int64(0)
	for i := range headers {
		h := &headers[i]
		switch {
		case h.offset < at:
			return refuse("zip_overlap", "%s overlaps another entry", quote(h.name))
		case h.offset > at:
			return refuse("zip_hidden_data", "%d bytes in front of %s belong to no entry", h.offset-at, quote(h.name))
		}
		if err := h.readLocal(r, d.offset); err != nil {
			return err
		}
		at = h.next
	}
	if at != d.offset {
		return refuse("zip_hidden_data", "%d bytes in front of its directory belong to no entry", d.offset-at)
	}
	return nil
}

// readLocal sets where the entry's data starts and where the next entry must start.
func (h *header) readLocal(r io.ReaderAt, limit int64) error {
	mismatch := refuse("zip_header_mismatch", "%s says different things about itself in its two headers", quote(h.name))
	b := make([]byte, localBytes+len(h.name))
	if h.offset+int64(len(b)) > limit {
		return mismatch
	}
	if err := readAt(r, b, h.offset); err != nil {
		return err
	}
	if string(b[:4]) != localSignature || int(little.Uint16(b[26:])) != len(h.name) || string(b[localBytes:]) != h.name ||
		little.Uint16(b[6:]) != h.flags || little.Uint16(b[8:]) != h.method {
		return mismatch
	}
	crc, packed, size := little.Uint32(b[14:]), int64(little.Uint32(b[18:])), int64(little.Uint32(b[22:]))
	same := crc == h.crc && packed == h.packed && size == h.size
	later := h.flags&flagDescriptor != 0 && crc == 0 && packed == 0 && size == 0
	if !same && !later {
		return mismatch
	}
	// Readers of streams go by the local extra field, and others by the central one.
	extra := make([]byte, little.Uint16(b[28:]))
	h.dataStart = h.offset + int64(len(b)+len(extra))
	if h.dataStart > limit {
		return mismatch
	}
	if err := readAt(r, extra, h.dataStart-int64(len(extra))); err != nil {
		return err
	}
	if err := checkExtra(h.name, extra); err != nil {
		return err
	}
	h.next = h.dataStart + h.packed
	if h.next > limit {
		return refuse("zip_truncated", "%s reaches beyond the end of the data", quote(h.name))
	}
	if h.flags&flagDescriptor != 0 {
		return h.readDescriptor(r, limit)
	}
	return nil
}

// readDescriptor checks the sizes that follow the data when they were not known in front of it. Its
// signature is optional in the format.
func (h *header) readDescriptor(r io.ReaderAt, limit int64) error {
	b := make([]byte, min(16, limit-h.next))
	if err := readAt(r, b, h.next); err != nil {
		return err
	}
	matches := func(b []byte) bool {
		return len(b) >= 12 && little.Uint32(b) == h.crc && int64(little.Uint32(b[4:])) == h.packed && int64(little.Uint32(b[8:])) == h.size
	}
	switch {
	case len(b) == 16 && string(b[:4]) == spanSignature && matches(b[4:]):
		h.next += 16
	case matches(b):
		h.next += 12
	default:
		return refuse("zip_header_mismatch", "%s is followed by other sizes than the directory has", quote(h.name))
	}
	return nil
}
