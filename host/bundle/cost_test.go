package bundle_test

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"appzone/host/bundle"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counter counts what is read of a zip.
type counter struct {
	io.ReaderAt
	bytes int64
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	c.bytes += int64(len(p))
	return c.ReaderAt.ReadAt(p, off)
}

// allocated is how many bytes f asks of the memory.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// A5: whatever is in a zip, opening it reads no byte more than twice, and asks for memory in proportion to what
// was read. Entries that are counted by the end record alone are never read.
func TestOpeningCostsNoMoreThanWhatIsThere_A5(t *testing.T) {
	const (
		buffers   = 256 << 10 // the end, messages, a decompressor, a manifest
		perByte   = 24        // a header of 46 bytes becomes a record, a name, a key and a place in two tables
		endAlone  = 8 << 10
		manifests = 1 << 20
	)
	saidByTheEnd := map[string]bool{"zip_zip64": true, "zip_too_many_entries": true, "zip_directory_too_large": true, "zip_multi_disk": true}
	for name, c := range cases(t) {
		t.Run(name, func(t *testing.T) {
			zip := c.Zip()
			r := &counter{ReaderAt: bytes.NewReader(zip)}
			spent := allocated(func() { _, _ = bundle.Open(r, int64(len(zip)), bundle.DefaultLimits()) })
			assert.LessOrEqual(t, r.bytes, 2*int64(len(zip))+buffers, "bytes read of %d", len(zip))
			assert.LessOrEqual(t, spent, perByte*r.bytes+buffers+manifests, "bytes asked for, with %d read", r.bytes)
			assert.LessOrEqual(t, spent, perByte*bundle.DefaultLimits().DirectoryBytes, "bytes asked for")
			if saidByTheEnd[c.Code] && len(zip) > 1<<20 && name != "A5 too many implied folders" {
				assert.LessOrEqual(t, r.bytes, int64(endAlone), "the end record was enough")
			}
		})
	}
}

// A5: 400,000 empty entries are refused by the end record alone, before anything is held for them.
func TestManyEntriesCostNothing_A5(t *testing.T) {
	const entries, size = 400_000, 34 << 20
	for name, e := range map[string]end{
		"count that wrapped around":  {Entries: entries % 65536, DiskEntries: entries % 65536, Offset: 4 << 20, Size: size - 22 - 4<<20},
		"count of zip64":             {Entries: 0xffff, DiskEntries: 0xffff, Offset: 0xffffffff, Size: 0xffffffff},
		"small count, big directory": {Entries: 10, DiskEntries: 10, Offset: 1, Size: size - 22 - 1},
	} {
		t.Run(name, func(t *testing.T) {
			zip := append(make([]byte, size-22), zipOf(e)...)
			r := &counter{ReaderAt: bytes.NewReader(zip)}
			calls := testing.AllocsPerRun(1, func() {
				_, err := bundle.Open(r, size, bundle.DefaultLimits())
				require.Error(t, err)
			})
			assert.Less(t, calls, 200.0)
			assert.Less(t, r.bytes, int64(8<<10), "only the end was read")
		})
	}
}

// A5: what an entry gives is counted by the byte. A bomb is read up to its declared size and one byte, with the memory of one buffer.
func TestABombIsReadNoFurtherThanItDeclares_A5(t *testing.T) {
	const buffers = 512 << 10 // a decompressor has some 80 KiB
	for name, c := range cases(t) {
		if !c.Late {
			continue
		}
		t.Run(name, func(t *testing.T) {
			zip := c.Zip()
			r := &counter{ReaderAt: bytes.NewReader(zip)}
			b, err := bundle.Open(r, int64(len(zip)), bundle.DefaultLimits())
			require.NoError(t, err)
			e := b.Find("x")
			r.bytes = 0
			var given int64
			spent := allocated(func() {
				content, err := e.Open()
				require.NoError(t, err)
				given, err = io.Copy(io.Discard, content)
				require.Error(t, err)
				require.NoError(t, content.Close())
			})
			assert.LessOrEqual(t, given, e.Size)
			assert.LessOrEqual(t, r.bytes, e.Compressed+64<<10, "packed bytes read")
			assert.LessOrEqual(t, spent, int64(buffers))
		})
	}
}
