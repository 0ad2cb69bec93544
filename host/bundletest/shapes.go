package bundletest

import (
	"fmt"
	"strings"
)

// headers are entries that say different things about themselves (A6).
func (c *corpus) headers() {
	const mismatch = "zip_header_mismatch"
	for name, p := range map[string]Part{
		"name": {Local: "y"}, "name that climbs": {Local: "../x"}, "longer name": {Local: "xx"}, "case of the name": {Local: "X"}, "method": {LocalMethod: 8}, "flag of UTF-8": {LocalFlags: 1 << 11},
		"flag of encryption": {LocalFlags: 1}, "flag of a descriptor": {LocalFlags: 8}, "size": {LocalSize: 9}, "packed size": {LocalPacked: 9}, "checksum": {LocalCRC: 9},
		"descriptor": {Flags: 8, Wrong: true}, "bare descriptor": {Flags: 8, Wrong: true, Bare: true}, "size in front of a descriptor": {Flags: 8, LocalSize: 9},
	} {
		p.Name, p.Data = "x", "abc"
		c.with("A6 local and central "+name, mismatch, p)
	}
	c.keep("A6 descriptors", Part{Name: "a", Method: 8, Data: "abc", Flags: 8}, Part{Name: "b", Method: 8, Data: "abc", Flags: 8, Bare: true}, Part{Name: "c", Data: "abc", Flags: 8}, Part{Name: "d", Method: 8, Flags: 8})
	c.with("A6 a hidden entry between", "zip_hidden_data", Part{Name: "x", Before: "PK\x03\x04 an entry that the directory does not name"})
	c.with("A6 a whole hidden entry between", "zip_hidden_data", Part{Name: "x", Before: string(hidden())})
	c.archive("A6 a whole hidden entry at the end", "zip_hidden_data", End{Gap: string(hidden())})
	c.archive("A6 hidden data at the end", "zip_hidden_data", End{Gap: "APK signing block"})
	c.keep("A6 a zip inside an entry, which belongs to it", Part{Name: "x", Data: string(Zip(End{}, Pages()...))})
	c.keep("A6 signatures of the format as content", Part{Name: "x", Data: "PK\x05\x06PK\x01\x02PK\x03\x04PK\x06\x06PK\x06\x07PK\x07\x08"}, Part{Name: "PK.PK"})
	c.keep("A6 an end in the comment of an entry", Part{Name: "x", Comment: string(Zip(End{}))})
}

func hidden() []byte {
	e := newEntry(Part{Name: "manifest.json", Data: `{"name":"Other"}`})
	return e.appendLocal(nil)
}

// polyglots are other formats in one file, and archives with two ends (A6).
func (c *corpus) polyglots() {
	fronts := map[string]string{"GIF": "GIF89a\x01\x00\x01\x00\x00\x00\x00;", "PDF": "%PDF-1.4\n", "a program of Windows": "MZ" + strings.Repeat("\x00", 62), "a program of Linux": "\x7fELF\x02\x01\x01", "a script": "#!/bin/sh\nexit\n",
		"a page": "<!doctype html><script>alert(1)</script>", "one byte": "\x00", "another zip": string(Zip(End{}, Pages()...)), "an end record": "PK\x05\x06" + strings.Repeat("\x00", 18)}
	for name, text := range fronts {
		c.refuse("A6 "+name+" in front", "zip_polyglot", func() []byte { return append([]byte(text), Zip(End{}, Pages()...)...) })
		c.archive("A6 "+name+" in front, counted", "zip_hidden_data", End{Prefix: text})
	}
	for name, text := range map[string]string{"a page": "<script>", "one byte": "\x00", "a line end": "\n", "a JAR's": strings.Repeat("\x00", 1000)} {
		c.archive("A6 "+name+" behind", "zip_polyglot", End{Suffix: text})
	}
	c.refuse("A6 two archives", "zip_polyglot", func() []byte { return append(Zip(End{}, Pages()...), Zip(End{}, Pages()...)...) })
	c.archive("A6 two ends", "zip_polyglot", End{Gap: string(Zip(End{}))[:22], Suffix: string(Zip(End{}))})
	c.archive("A6 a second end in the comment", "zip_truncated", End{Comment: "PK\x05\x06" + strings.Repeat("\xff", 18)})
	c.archive("A6 an empty archive in the comment", "zip_polyglot", End{Comment: string(Zip(End{}))})
	c.archive("A6 a whole zip in the comment", "zip_polyglot", End{Comment: string(Zip(End{}, Pages()...))})
	c.archive("A6 the mark of an end in the comment", "zip_truncated", End{Comment: "PK\x05\x06"})
	c.archive("A6 a long comment", "zip_truncated", End{Comment: strings.Repeat("c", 2000)})
	c.archive("A6 a comment that is longer than said", "zip_polyglot", End{Comment: "", Suffix: "c"})
	c.keepAs("A6 a comment", []string{"index.html", "manifest.json"}, func() []byte { return Zip(End{Comment: "of 40 letters, as git archive writes it."}, Pages()...) })
}

// shapes are archives that are none, parts of one, or packed in ways that plugins do not need.
func (c *corpus) shapes() {
	c.archive("A6 multi disk", "zip_multi_disk", End{Disk: 1})
	c.with("A6 multi disk, an entry", "zip_multi_disk", Part{Name: "x", Disk: 1})
	c.with("A6 encrypted", "zip_encrypted", Part{Name: "x", Flags: 1})
	c.with("A6 encrypted strongly", "zip_encrypted", Part{Name: "x", Flags: 1 | 1<<6})
	c.with("A6 encrypted headers", "zip_encrypted", Part{Name: "x", Flags: 1 << 13})
	for _, bit := range []int{4, 5, 7, 8, 9, 10, 12, 14, 15} {
		c.with(fmt.Sprintf("A6 flag %d", bit), "zip_unsupported", Part{Name: "x", Flags: 1 << bit})
	}
	for _, method := range []uint16{1, 2, 6, 7, 9, 10, 12, 14, 18, 19, 20, 93, 95, 96, 97, 98, 99, 0xffff} {
		c.with(fmt.Sprintf("A6 method %d", method), "zip_unsupported", Part{Name: "x", Method: method})
	}
	c.refuse("A6 an empty zip", "zip_empty", func() []byte { return Zip(End{}) })
	c.refuse("A6 nothing", "zip_invalid", func() []byte { return nil })
	c.refuse("A6 text", "zip_invalid", func() []byte { return []byte(strings.Repeat("hello ", 10)) })
	for name, magic := range map[string]string{"gzip": "\x1f\x8b\x08", "RAR": "Rar!\x1a\x07", "7-Zip": "7z\xbc\xaf\x27\x1c", "xz": "\xfd7zXZ\x00", "bzip2": "BZh9", "tar": "manifest.json", "JSON": `{"name":"P"}`} {
		c.refuse("A6 another archive, "+name, "zip_invalid", func() []byte { return append([]byte(magic), make([]byte, 600)...) })
	}
	c.refuse("A6 cut off", "zip_truncated", func() []byte { return Zip(End{}, Pages()...)[:150] })
	c.refuse("A6 one byte less", "zip_truncated", func() []byte { z := Zip(End{}, Pages()...); return z[:len(z)-1] })
	c.refuse("A6 one byte less of the comment", "zip_truncated", func() []byte { z := Zip(End{Comment: "abc"}, Pages()...); return z[:len(z)-1] })
	c.refuse("A6 the first byte less", "zip_truncated", func() []byte { return Zip(End{}, Pages()...)[1:] })
	c.refuse("A6 an end alone that points elsewhere", "zip_truncated", func() []byte { return Zip(End{Entries: 2, Size: 100, Offset: 100}) })
}

// manifests are two of them, or none (A6).
func (c *corpus) manifests() {
	both := []string{"index.html", "manifest.json"}
	in := func(folder string) []Part {
		parts := Pages()
		for i := range parts {
			parts[i].Name = folder + parts[i].Name
		}
		return parts
	}
	c.with("A6 two manifests", "zip_duplicate_name", Part{Name: "manifest.json", Data: "{}"})
	c.with("A6 two manifests by case", "zip_duplicate_name", Part{Name: "Manifest.json", Data: "{}"})
	c.with("A6 two manifests by a long s", "zip_duplicate_name", Part{Name: "manife\u017ft.json", Data: "{}"})
	c.with("A6 the manifest is also a folder", "zip_file_folder_conflict", Part{Name: "manifest.json/x"})
	c.with("A6 the manifest is also a folder by case", "zip_duplicate_name", Part{Name: "MANIFEST.JSON/x"})
	c.keep("A6 the manifest at the root counts, not one below", Part{Name: "sub/manifest.json", Data: `{"name":"Other"}`})
	c.keepAs("A6 all in one folder", append([]string(nil), both...), func() []byte { return Zip(End{}, in("top/")...) })
	c.keepAs("A6 all in one folder that has the manifest's name", append([]string(nil), both...), func() []byte { return Zip(End{}, in("manifest.json/")...) })
	missing := func(name string, parts ...Part) {
		c.refuse("A6 "+name, "manifest_missing", func() []byte { return Zip(End{}, parts...) })
	}
	missing("no manifest", Part{Name: "index.html"})
	missing("a manifest too deep", Part{Name: "a/b/manifest.json"})
	missing("two top folders", Part{Name: "a/manifest.json"}, Part{Name: "b/x"})
	missing("two top folders that begin alike", Part{Name: "a/manifest.json"}, Part{Name: "ab/x"})
	missing("two top folders with a manifest each", Part{Name: "a/manifest.json"}, Part{Name: "b/manifest.json"})
	missing("a manifest in a folder and a file beside it", Part{Name: "a/manifest.json"}, Part{Name: "x"})
	missing("a manifest in other letters", Part{Name: "MANIFEST.JSON"})
	missing("a manifest in other letters in a folder", Part{Name: "a/Manifest.json"})
	missing("a manifest that looks alike", Part{Name: "m\u0430nifest.json"})
	missing("a manifest that is a folder", Part{Name: "manifest.json/"}, Part{Name: "index.html"})
	missing("a manifest among the junk", Part{Name: "__MACOSX/manifest.json"})
	missing("only folders", Part{Name: "a/"})
	missing("only junk", Part{Name: ".DS_Store"}, Part{Name: "Thumbs.db"})
	c.refuse("B2 a huge manifest", "manifest_too_large", func() []byte {
		return Zip(End{}, Part{Name: "manifest.json", Data: strings.Repeat(" ", 300<<10)})
	})
	c.refuse("B2 a manifest of packed zeros", "manifest_too_large", func() []byte {
		return Zip(End{}, Part{Name: "manifest.json", Method: 8, Data: strings.Repeat("\x00", 1<<20)})
	})
	c.refuse("B11 a broken manifest", "manifest_syntax", func() []byte { return Zip(End{}, Part{Name: "manifest.json", Data: "{"}) })
	c.refuse("A5 a manifest that lies about its size", "zip_size_lie", func() []byte {
		return Zip(End{}, Part{Name: "manifest.json", Method: 8, Data: Pages()[0].Data, Size: 20})
	})
	// Files of a signature are files like others to whoever reads the zip.
	c.keep("H4 files of a signature", Part{Name: ".appzone/files.sha256"}, Part{Name: ".appzone/files.sha256.minisig"}, Part{Name: ".appzone/publisher.pub"})
	c.with("H4 files of a signature twice", "zip_duplicate_name", Part{Name: ".appzone/files.sha256"}, Part{Name: ".appzone/files.sha256", Data: "x"})
	c.with("H4 files of a signature twice by case", "zip_duplicate_name", Part{Name: ".appzone/files.sha256"}, Part{Name: ".AppZone/files.sha256"})
	c.with("H4 a signature through a link", "zip_symlink", Part{Name: ".appzone", Data: "/tmp", Mode: 0o120777})
}
