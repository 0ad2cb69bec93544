package bundle_test

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"appzone/host/bundle"
	"appzone/host/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refused is a zip with the code that it is refused with.
type refused struct {
	zip  []byte
	code string
}

// hostile is the corpus of refused zips, each named by its row.
var hostile = sync.OnceValue(func() map[string]refused {
	all := map[string]refused{}
	add := func(name, code string, zip []byte) { all[name] = refused{zip, code} }
	with := func(name, code string, parts ...part) { add(name, code, zipOf(end{}, pages(parts...)...)) }
	named := func(row, code string, names ...string) {
		for _, n := range names {
			with(fmt.Sprintf("%s name %+q", row, n), code, part{name: n, data: "x"})
		}
	}
	named("A1", "zip_path_escape", "../evil", "a/../../evil", "a/../b", "..", "/etc/passwd", "//server/share", `\\server\share`, `..\evil`, `a\b`,
		"C:/evil", `C:\evil`, "c:evil", "../")
	named("A1", "zip_bad_name", "a\x00b", "a\x00/../b", "a/./b", "./a", "a//b", "", "a/b//")
	named("A2", "zip_path_escape", "../pages-evil/x", "..")
	named("A12", "zip_bad_name", "CON", "con.txt", "a/NUL", "aux.c/x", "COM1", "lpt9.log", "COM\u00b9", "CONIN$", "nul .txt", "trailing.", "trailing ", "dir./x", "dir /x",
		"stream.txt:hidden", "a\nb", "a\x1b[31m", "evil\u202egnp.exe", "zero\u200bwidth", "filler\u3164", "bom\ufeff", "del\x7f", "latin\xe9")
	named("A5 deep", "zip_bad_name", strings.Repeat("a/", 40)+"x", strings.Repeat("a", 256), strings.Repeat(strings.Repeat("b", 100)+"/", 6)+"x")

	for name, mode := range map[string]uint32{"device": 0o020644, "block device": 0o060644, "pipe": 0o010644, "socket": 0o140644, "unknown": 0o150644} {
		with("A4 "+name, "zip_special_file", part{name: "x", mode: mode})
	}
	with("A4 symbolic link", "zip_symlink", part{name: "link", data: "/etc/passwd", mode: 0o120777})
	with("A4 link to a folder and a file through it", "zip_symlink", part{name: "a", data: "..", mode: 0o120777}, part{name: "a/x", data: "x"})
	with("A4 folder that is a file", "zip_header_mismatch", part{name: "a", mode: 0o040755})
	with("A4 file that is a folder", "zip_header_mismatch", part{name: "a/", mode: 0o100644})

	with("A5 ratio", "zip_bomb_ratio", part{name: "x", method: 8, data: strings.Repeat("\x00", 2<<20)})
	with("A5 ratio of all", "zip_bomb_ratio", many(12, part{name: "d/%d", method: 8, data: strings.Repeat("a", 1<<20-1)})...)
	with("A5 declared size of a file", "zip_file_too_large", part{name: "x", method: 8, size: 300 << 20})
	with("A5 declared size of all", "zip_too_large", many(3, part{name: "x%d", method: 8, data: incompressible(1 << 20), size: 190 << 20})...)
	with("A5 overlap", "zip_overlap", part{name: "x", data: "x"}, part{name: "y", local: "x", data: "x", same: true})
	with("A5 stored with two sizes", "zip_size_lie", part{name: "x", data: "abc", size: 100})
	with("A5 packed size beyond the end", "zip_truncated", part{name: "x", data: "abc", packed: 1 << 30, size: 1 << 30})
	add("A5 65k entries", "zip_zip64", zipOf(end{entries: 0xffff}, pages()...))
	add("A5 too many entries", "zip_too_many_entries", zipOf(end{entries: 20_001}, pages()...))
	with("A5 too many implied folders", "zip_too_many_entries", many(7000, part{name: "%d/b/c/d"})...)
	add("A5 zip64 locator", "zip_zip64", zipOf(end{locator: true}, pages()...))
	with("A5 zip64 entry", "zip_zip64", part{name: "x", extra: []byte{1, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8}})
	add("A5 huge directory", "zip_directory_too_large", append(make([]byte, 5<<20), zipOf(end{size: 5 << 20, offset: 0}, pages()...)...))
	add("A5 more entries than said", "zip_directory_mismatch", zipOf(end{entries: 1}, pages()...))
	add("A5 fewer entries than said", "zip_directory_mismatch", zipOf(end{entries: 7}, pages()...))

	with("A6 same name twice", "zip_duplicate_name", part{name: "index.html", data: "other"})
	with("A6 same folder twice", "zip_duplicate_name", part{name: "d/"}, part{name: "d/"})
	with("A6 case", "zip_duplicate_name", part{name: "INDEX.html"})
	with("A6 case of a folder", "zip_duplicate_name", part{name: "lib/a"}, part{name: "Lib/b"})
	with("A6 case, full folding", "zip_duplicate_name", part{name: "straße"}, part{name: "STRASSE"})
	with("A6 NFC and NFD", "zip_duplicate_name", part{name: "caf\u00e9"}, part{name: "cafe\u0301"})
	with("A6 two manifests", "zip_duplicate_name", part{name: "manifest.json", data: "{}"})
	with("A6 two manifests by case", "zip_duplicate_name", part{name: "Manifest.json", data: "{}"})
	with("A6 file and folder", "zip_file_folder_conflict", part{name: "a"}, part{name: "a/b"})
	with("A6 folder and file", "zip_file_folder_conflict", part{name: "a/b"}, part{name: "a"})
	with("A6 folder with content", "zip_file_folder_conflict", part{name: "a/", data: "x"})
	with("A6 local name", "zip_header_mismatch", part{name: "x", local: "y"})
	with("A6 local method", "zip_header_mismatch", part{name: "x", localMethod: 8})
	with("A6 local flags", "zip_header_mismatch", part{name: "x", localFlags: 1 << 11})
	with("A6 descriptor", "zip_header_mismatch", part{name: "x", data: "x", flags: 8, wrong: true})
	with("A6 second name", "zip_header_mismatch", part{name: "x", extra: append([]byte{0x75, 0x70, 6, 0, 1, 0, 0, 0, 0}, 'y')})
	with("A6 hidden entry between", "zip_hidden_data", part{name: "x", before: "PK\x03\x04 an entry that the directory does not name"})
	add("A6 hidden data at the end", "zip_hidden_data", zipOf(end{gap: "APK signing block"}, pages()...))
	add("A6 data in front", "zip_polyglot", append([]byte("#!/bin/sh\n"), zipOf(end{}, pages()...)...))
	add("A6 data in front, counted", "zip_hidden_data", zipOf(end{prefix: "%PDF-1.4"}, pages()...))
	add("A6 data behind", "zip_polyglot", zipOf(end{suffix: "<script>"}, pages()...))
	add("A6 second end in the comment", "zip_truncated", zipOf(end{comment: "PK\x05\x06" + strings.Repeat("\xff", 18)}, pages()...))
	add("A6 whole zip in the comment", "zip_polyglot", zipOf(end{comment: string(zipOf(end{}, pages()...))}, pages()...))
	add("A6 long comment", "zip_truncated", zipOf(end{comment: strings.Repeat("c", 2000)}, pages()...))

	add("multi disk", "zip_multi_disk", zipOf(end{disk: 1}, pages()...))
	add("multi disk entries", "zip_multi_disk", zipOf(end{diskEntries: 1}, pages()...))
	with("encrypted", "zip_encrypted", part{name: "x", flags: 1})
	with("encrypted headers", "zip_encrypted", part{name: "x", flags: 1 << 13})
	with("patch data", "zip_unsupported", part{name: "x", flags: 1 << 5})
	with("method", "zip_unsupported", part{name: "x", method: 12})
	add("empty", "zip_empty", zipOf(end{}))
	add("nothing", "zip_invalid", nil)
	add("text", "zip_invalid", []byte(strings.Repeat("hello ", 10)))
	add("gzip", "zip_invalid", append([]byte("\x1f\x8b"), make([]byte, 100)...))
	add("cut off", "zip_truncated", zipOf(end{}, pages()...)[:150])
	add("no manifest", "manifest_missing", zipOf(end{}, part{name: "index.html"}))
	add("manifest too deep", "manifest_missing", zipOf(end{}, part{name: "a/b/manifest.json"}))
	add("two top folders", "manifest_missing", zipOf(end{}, part{name: "a/manifest.json"}, part{name: "b/x"}))
	add("manifest in other letters", "manifest_missing", zipOf(end{}, part{name: "MANIFEST.JSON"}))
	add("only folders", "manifest_missing", zipOf(end{}, part{name: "a/"}))
	add("broken manifest", "manifest_syntax", zipOf(end{}, part{name: "manifest.json", data: "{"}))
	add("huge manifest", "manifest_too_large", zipOf(end{}, part{name: "manifest.json", data: strings.Repeat(" ", 300<<10)}))
	return all
})

func many(n int, p part) []part {
	parts := make([]part, n)
	for i := range parts {
		parts[i] = p
		parts[i].name = fmt.Sprintf(p.name, i)
	}
	return parts
}

// incompressible makes text that deflate cannot shrink much, always the same.
func incompressible(n int) string {
	b, x := make([]byte, n), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

func TestHostileZipsAreRefused(t *testing.T) {
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			b, err := open(c.zip)
			require.Error(t, err)
			assert.Nil(t, b)
			assert.Equal(t, c.code, fault.CodeOf(err), err.Error())
			assert.Equal(t, fault.Invalid, fault.From(err).Kind)
			assert.NotContains(t, err.Error(), "\x1b", "no escape sequences in messages")
		})
	}
}

// A5: sizes and checksums are lies until the content was read.
func TestContentThatLiesIsRefusedWhenRead_A5(t *testing.T) {
	text := strings.Repeat("hello ", 100)
	for name, c := range map[string]struct {
		part part
		code string
	}{
		"more than declared":       {part{name: "x", method: 8, data: text, size: 10}, "zip_size_lie"},
		"one byte more":            {part{name: "x", method: 8, data: text, size: uint32(len(text) - 1)}, "zip_size_lie"},
		"declared empty":           {part{name: "x", method: 8, data: "y", size: 0, packed: 0}, ""},
		"less than declared":       {part{name: "x", method: 8, data: text, size: 100_000}, "zip_size_lie"},
		"other checksum":           {part{name: "x", method: 8, data: text, crc: 7}, "zip_damaged"},
		"other checksum, stored":   {part{name: "x", data: text, crc: 7}, "zip_damaged"},
		"no deflate data":          {part{name: "x", data: "\xff\xff\xff\xff", method: 0, localMethod: 0}, ""},
		"data behind the deflate":  {part{name: "x", method: 8, data: text, after: "hidden"}, "zip_hidden_data"},
		"checksum in a descriptor": {part{name: "x", method: 8, data: text, flags: 8, crc: 7}, "zip_damaged"},
		"bare descriptor":          {part{name: "x", method: 8, data: text, flags: 8, bare: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := open(zipOf(end{}, pages(c.part)...))
			require.NoError(t, err)
			r, err := b.Find("x").Open()
			require.NoError(t, err)
			data, err := io.ReadAll(r)
			require.NoError(t, r.Close())
			assert.LessOrEqual(t, int64(len(data)), b.Find("x").Size, "never more than declared")
			assert.Equal(t, c.code, fault.CodeOf(err))
			assert.Equal(t, c.code, fault.CodeOf(b.Verify()))
		})
	}
}

// countingReader counts what is read of an endless run of zeros in front of a real end record.
type countingReader struct {
	tail  []byte
	size  int64
	bytes int64
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	c.bytes += int64(len(p))
	for i := range p {
		p[i] = 0
		if at := off + int64(i) - (c.size - int64(len(c.tail))); at >= 0 {
			p[i] = c.tail[at]
		}
	}
	return len(p), nil
}

// A5: 400,000 empty entries are refused by the end record alone, before anything is held for them.
func TestManyEntriesCostNothing_A5(t *testing.T) {
	const entries, size = 400_000, 34 << 20
	for name, e := range map[string]end{
		"count that wrapped around":  {entries: entries % 65536, diskEntries: entries % 65536, offset: 4 << 20, size: size - 22 - 4<<20},
		"count of zip64":             {entries: 0xffff, diskEntries: 0xffff, offset: 0xffffffff, size: 0xffffffff},
		"small count, big directory": {entries: 10, diskEntries: 10, offset: 1, size: size - 22 - 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := &countingReader{tail: zipOf(e), size: size}
			allocated := testing.AllocsPerRun(1, func() {
				_, err := bundle.Open(r, size, bundle.DefaultLimits())
				require.Error(t, err)
			})
			assert.Less(t, allocated, 200.0)
			assert.Less(t, r.bytes, int64(8<<10), "only the end was read")
		})
	}
}
