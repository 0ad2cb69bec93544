package bundletest

import "strings"

// ratios are archives that grow (A5).
func (c *corpus) ratios() {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	c.with("A5 ratio", "zip_bomb_ratio", Part{Name: "x", Method: 8, Data: zeros(2 << 20)})
	c.with("A5 ratio of all", "zip_bomb_ratio", Many(12, Part{Name: "d/%d", Method: 8, Data: strings.Repeat("a", 1<<20-1)})...)
	c.with("A5 ratio of junk", "zip_bomb_ratio", Part{Name: "__MACOSX/x", Method: 8, Data: zeros(2 << 20)})
	c.with("A5 ratio of many small files", "zip_bomb_ratio", Many(200, Part{Name: "d/%d", Method: 8, Data: zeros(100 << 10)})...)
	c.with("A5 nothing that unpacks to much", "zip_bomb_ratio", Part{Name: "x", Method: 8, Size: 2 << 20})
	c.with("A5 bomb in a bomb", "zip_bomb_ratio", Part{Name: "inner.zip", Method: 8, Data: string(Zip(End{}, Part{Name: "x", Data: zeros(2 << 20)}))})
	c.keep("A5 a bomb in an archive, which nobody unpacks", Part{Name: "inner.zip", Data: string(Zip(End{}, Part{Name: "x", Method: 8, Data: zeros(2 << 20)}))})
	c.keep("A5 an archive in an archive in an archive", Part{Name: "inner.zip", Method: 8, Data: string(Zip(End{}, Part{Name: "inner.zip", Data: string(Zip(End{}, Part{Name: "x"}))}))})
	c.keep("A5 a small file of zeros", Part{Name: "x", Method: 8, Data: zeros(1 << 20)})
	c.with("A5 declared size of a file", "zip_file_too_large", Part{Name: "x", Method: 8, Size: 300 << 20})
	c.with("A5 declared size of a file, the largest", "zip_file_too_large", Part{Name: "x", Method: 8, Size: 0xfffffffe})
	c.with("A5 declared size of all", "zip_too_large", Many(3, Part{Name: "x%d", Method: 8, Data: Noise(1 << 20), Size: 190 << 20})...)
	c.with("A5 declared sizes that wrap around", "zip_too_large", Many(40, Part{Name: "x%d", Method: 8, Data: Noise(128 << 10), Size: 16 << 20})...)

	// One kernel of packed data under many names: entries that point to the same bytes, or into each other.
	kernel := Part{Name: "x", Method: 8, Data: zeros(900 << 10)}
	shared := append([]Part{kernel}, Many(100, Part{Name: "y%d", Local: "x", Method: 8, Data: zeros(900 << 10), Same: true})...)
	c.with("A5 overlap, one kernel under many names", "zip_overlap", shared...)
	c.with("A5 overlap, two names for one entry", "zip_overlap", Part{Name: "x", Data: "x"}, Part{Name: "y", Local: "x", Data: "x", Same: true})
	c.with("A5 overlap, one byte", "zip_overlap", Part{Name: "x", Data: "abc"}, Part{Name: "y", Data: "abc", Shift: -1})
	c.with("A5 a gap of one byte", "zip_hidden_data", Part{Name: "x", Data: "abc"}, Part{Name: "y", Data: "abc", Shift: 1})
	c.refuse("A5 quoted, a header inside another entry's data", "zip_overlap", quoted)
	c.with("A5 an entry that begins in the directory", "zip_hidden_data", Part{Name: "x", Data: "abc", Shift: 60})
	c.with("A5 an entry that begins behind the end", "zip_hidden_data", Part{Name: "x", Data: "abc", Shift: 1 << 30})
}

// quoted is a bomb whose every local header is stored data of the entry in front of it, so that all of them share the last one's content.
func quoted() []byte {
	const layers = 8
	inner := newEntry(Part{Name: "z", Method: 8, Data: strings.Repeat("\x00", 900<<10)})
	tail := inner.appendLocal(nil)
	central := []entry{inner}
	offsets := []int{0} // from the end of the local data
	offsets[0] = len(tail)
	for i := range layers {
		e := newEntry(Part{Name: string(rune('a' + i)), Data: string(tail)})
		tail = e.appendLocal(nil)
		central, offsets = append(central, e), append(offsets, len(tail))
	}
	out := Zip(End{}, Pages()...)
	base := out[:len(out)-22]
	start := strings.Index(string(base), "PK\x01\x02")
	data := append([]byte(string(base[:start])), tail...)
	directory := append([]byte(nil), base[start:]...)
	for i := range central {
		directory = central[i].appendCentral(directory, len(data)-offsets[i])
	}
	e := End{}
	return e.appendEnd(append(data, directory...), 2+len(central), len(data), len(directory))
}

// crowds are too many entries, or another number of them than said (A5).
func (c *corpus) crowds() {
	c.archive("A5 65k entries, said", "zip_zip64", End{Entries: 0xffff})
	c.archive("A5 too many entries, said", "zip_too_many_entries", End{Entries: 20_001})
	c.with("A5 too many entries", "zip_too_many_entries", Many(20_000, Part{Name: "%d"})...)
	c.with("A5 as many folders as there may be, and one", "zip_too_many_entries", Many(20_000, Part{Name: "%d/"})...)
	c.with("A5 65,535 entries", "zip_zip64", Many(65_533, Part{Name: "%d"})...)
	c.with("A5 a count that wrapped around to more than may be", "zip_too_many_entries", Many(0x10000+30_000, Part{Name: "%x"})...)
	c.with("A5 a count that wrapped around to few", "zip_directory_mismatch", Many(0x10000+2_000, Part{Name: "%x"})...)
	c.with("A5 a count that wrapped around to two", "zip_directory_mismatch", Many(0x10000, Part{Name: "%x"})...)
	c.refuse("A5 a count that wrapped around to none", "zip_empty", func() []byte {
		return Zip(End{}, Many(0x10000, Part{Name: "%x"})...)
	})
	c.refuse("A5 65k entries in zip64", "zip_zip64", func() []byte {
		return Zip(End{Long64: true, Entries: 0xffff, Size: 0xffffffff, Offset: 0xffffffff}, Pages(Many(70_000, Part{Name: "%x"})...)...)
	})
	c.with("A5 too many implied folders", "zip_too_many_entries", Many(7000, Part{Name: "%d/b/c/d"})...)
	c.archive("A5 more entries than said", "zip_directory_mismatch", End{Entries: 1})
	c.archive("A5 fewer entries than said", "zip_directory_mismatch", End{Entries: 7})
	c.archive("A5 entries on another disk", "zip_multi_disk", End{DiskEntries: 1})
	c.refuse("A5 huge directory", "zip_directory_too_large", func() []byte {
		return append(make([]byte, 5<<20), Zip(End{Size: 5 << 20, Offset: 0}, Pages()...)...)
	})
	c.with("A5 a directory that is full of comments", "zip_directory_too_large", Many(70, Part{Name: "%d", Comment: strings.Repeat("c", 65_000)})...)
	c.with("A5 a directory that is full of extra fields", "zip_directory_too_large", Many(70, Part{Name: "%d", Extra: Field(0xcafe, strings.Repeat("e", 65_000))})...)
	c.archive("A5 a directory that is too short", "zip_polyglot", End{Size: 60})
	c.archive("A5 a directory that is too long", "zip_truncated", End{Size: 1 << 20})
	c.archive("A5 a directory that begins behind the end", "zip_truncated", End{Offset: 1 << 20})
}

// lies are sizes and checksums that do not hold, in both directions (A5).
func (c *corpus) lies() {
	text := strings.Repeat("hello ", 100)
	const lie, damaged = "zip_size_lie", "zip_damaged"
	c.late("A5 more than declared", lie, Part{Name: "x", Method: 8, Data: text, Size: 10})
	c.late("A5 one byte more than declared", lie, Part{Name: "x", Method: 8, Data: text, Size: uint32(len(text) - 1)})
	c.late("A5 one byte less than declared", lie, Part{Name: "x", Method: 8, Data: text, Size: uint32(len(text) + 1)})
	c.late("A5 much less than declared", lie, Part{Name: "x", Method: 8, Data: text, Size: 100_000})
	c.late("A5 a bomb that declares to be small", lie, Part{Name: "x", Method: 8, Data: strings.Repeat("\x00", 30<<20), Size: 100})
	c.late("A5 nothing that declares to be something", lie, Part{Name: "x", Method: 8, Size: 5})
	c.late("A5 a bomb in a streamed entry", lie, Part{Name: "x", Method: 8, Flags: 8, Data: strings.Repeat("\x00", 2<<20), Size: 1 << 20})
	c.late("A5 another checksum", damaged, Part{Name: "x", Method: 8, Data: text, CRC: 7})
	c.late("A5 another checksum, stored", damaged, Part{Name: "x", Data: text, CRC: 7})
	c.late("A5 another checksum, streamed", damaged, Part{Name: "x", Method: 8, Data: text, Flags: 8, CRC: 7})
	c.late("A5 another checksum, empty", damaged, Part{Name: "x", CRC: 7})
	c.late("A5 bytes behind the packed data", "zip_hidden_data", Part{Name: "x", Method: 8, Data: text, After: "hidden"})
	c.late("A5 a second stream behind the packed data", "zip_hidden_data", Part{Name: "x", Method: 8, Data: text, After: string(Deflate("hidden"))})
	c.with("A5 stored with two sizes", lie, Part{Name: "x", Data: "abc", Size: 100})
	c.with("A5 stored, and smaller than it is", lie, Part{Name: "x", Data: "abc", Size: 2})
	c.with("A5 packed size beyond the end", "zip_truncated", Part{Name: "x", Data: "abc", Packed: 1 << 30, Size: 1 << 30})
	c.with("A5 packed size into the directory", "zip_truncated", Part{Name: "x", Method: 8, Data: text, Packed: 200})
	c.with("A5 packed size that is too small", "zip_hidden_data", Part{Name: "x", Method: 8, Data: Noise(400), Packed: 20})
}

// zip64 are archives in a form that plugins do not need, true and false ones (A5).
func (c *corpus) zip64() {
	const code = "zip_zip64"
	sizes := Field(1, "\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00")
	c.archive("A5 zip64, a locator that leads nowhere", code, End{Locator: true})
	c.archive("A5 zip64, a true end", code, End{Long64: true})
	c.archive("A5 zip64, an end that claims more entries", code, End{Long64: true, Entries64: 1 << 60})
	c.archive("A5 zip64, an end behind the mark in the short one", code, End{Long64: true, Entries: 0xffff, Size: 0xffffffff, Offset: 0xffffffff})
	c.archive("A5 zip64, the mark for entries alone", code, End{Entries: 0xffff})
	c.archive("A5 zip64, the mark for the size alone", code, End{Size: 0xffffffff})
	c.archive("A5 zip64, the mark for the offset alone", code, End{Offset: 0xffffffff})
	c.with("A5 zip64, an entry", code, Part{Name: "x", Extra: Field(1, "\x01\x02\x03\x04\x05\x06\x07\x08")})
	c.with("A5 zip64, an entry with the mark", code, Part{Name: "x", Data: "x", Size: 0xffffffff, Packed: 0xffffffff, Extra: sizes})
	c.with("A5 zip64, an entry without content", code, Part{Name: "x", Extra: Field(1, "")})
	c.with("A5 zip64, in the local header alone", code, Part{Name: "x", Data: "x", LocalExtra: sizes})
	c.with("A5 zip64, marks without the field", "zip_file_too_large", Part{Name: "x", Method: 8, Size: 0xffffffff})
	c.with("A5 zip64, a long descriptor", "zip_header_mismatch", Part{Name: "x", Method: 8, Data: "x", Flags: 8, Long: true})
}
