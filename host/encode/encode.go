package encode

import (
	"bytes"

	"github.com/andybalholm/brotli"
)

const (
	// MaxBytes is the largest file that is worth the time: brotli costs about 65 ms for a megabyte.
	MaxBytes = 1 << 20
	// quality 5 was measured at 4.4 s for 68 MB of text; 9 takes twelve times as long for a few per cent.
	quality = 5
)

// Brotli returns content in brotli, and false when it is not at least a twentieth smaller than the variant of size other.
func Brotli(content []byte, other int64) ([]byte, bool) {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, quality)
	if _, err := w.Write(content); err != nil {
		return nil, false
	}
	if err := w.Close(); err != nil {
		return nil, false
	}
	return out.Bytes(), int64(out.Len()) <= other-other/20
}
