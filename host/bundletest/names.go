package bundletest

import "strings"

// names are those that lead elsewhere (A1, A2, A3).
func (c *corpus) names() {
	c.named("A1 climbs", "zip_path_escape", "../evil", "a/../../evil", "a/../b", "..", "../", "a/..", "a/../", "../../../../../../etc/cron.d/x", "./../x", ".git/../../x",
		"a/b/c/../../../../x", "..//x")
	c.named("A1 is absolute", "zip_path_escape", "/etc/passwd", "/", "//server/share/x", "///x", "//?/C:/x", "//./pipe/x", "/../x")
	c.named("A1 has a backslash", "zip_path_escape", `..\evil`, `a\b`, `\evil`, `\\server\share\x`, `\\?\C:\x`, `\\.\COM1`, `a/..\..\x`, `..\\x`, `a\`, "\\", `..\/x`, "x\\\x00")
	c.named("A1 names a drive", "zip_path_escape", "C:/evil", `C:\evil`, "c:evil", "z:", "C:", "1:x")
	c.named("A1 has a NUL", "zip_bad_name", "a\x00b", "a\x00/../b", "index.html\x00.png", "\x00", "a/\x00/b")
	c.named("A1 is overlong UTF-8", "zip_bad_name", "\xc0\xae\xc0\xae/x", "\xc0\xaf", "..\xc0\xafx", "\xe0\x80\xafx", "\xf0\x80\x80\xafx", "\xc1\x9c", "\xed\xa0\x80x", "\xff\xfe/x", "latin\xe9")
	c.named("A1 is no plain path", "zip_bad_name", "a/./b", "./a", "a//b", "", "a/b//", ".", "./", "a/.")
	c.named("A2 climbs to a sibling", "zip_path_escape", "../pages-evil/x", "../pages/x", "../pages-evil", "pages/../../pages-evil/x", "..pages/../../x")
	c.kept("A2 merely begins with dots", "..a", "...a", "a/..b/c", ".hidden/..x", "pages-evil/x", "..data/x", "a..b", "~/x", "~root", "$HOME/x", "%2e%2e/x", "%2e%2e%2fx", "..%2fx", "..%5cx")
	// Characters that look like separators are none, here and on the disk: each is one name.
	c.kept("A3 looks like a separator", "..\u2215x", "a\u2044b", "..\uff0fx", "..\uff3cx", "a\u2216b", "\uff0e\uff0e/x", "\u2024\u2024/x", "c\uff1ax", "a\u29f8b", "a\u29f5b")
	c.keep("A3 names keep their composition", Part{Name: "cafe\u0301/x"}, Part{Name: "caf\u00e9s/x"}, Part{Name: "\u212bngstrom"})
	c.keep("A3 a second name that is the first", Part{Name: "x", Extra: SecondName("x", "x"), LocalExtra: SecondName("x", "x")})
	c.keep("A3 a name without the flag of UTF-8", Part{Name: "gr\u00fc\u00dfe"})
	c.keep("A3 a name with the flag of UTF-8", Part{Name: "gr\u00fc\u00dfe", Flags: 1 << 11})
	for name, second := range map[string]string{"another": "y", "one that climbs": "../../x", "one that is absolute": "/etc/passwd", "none": "", "a longer": "xx"} {
		c.with("A3 a second name, "+name, "zip_header_mismatch", Part{Name: "x", Extra: SecondName("x", second)})
		c.with("A3 a second name in the local header, "+name, "zip_header_mismatch", Part{Name: "x", LocalExtra: SecondName("x", second)})
	}
	c.with("A3 a second name that is cut off", "zip_header_mismatch", Part{Name: "x", Extra: Field(0x7075, "\x01")})
	c.with("A3 a second name behind another field", "zip_header_mismatch", Part{Name: "x", Extra: append(Field(0x5455, "\x01\x00\x00\x00\x00"), SecondName("x", "y")...)})
}

// otherSystems are names that some system reads differently (A12), and long and deep ones (A5).
func (c *corpus) otherSystems() {
	c.named("A12 is a device", "zip_bad_name", "CON", "con.txt", "a/NUL", "NUL.txt", "nul.tar.gz", "aux.c/x", "prn", "PRN.", "COM1", "com0", "COM9.log", "lpt9.log", "LPT1/x", "COM\u00b9", "LPT\u00b3.x", "CONIN$",
		"conout$.txt", "nul .txt", "NUL/")
	c.named("A12 ends with a dot or a blank", "zip_bad_name", "trailing.", "trailing ", "dir./x", "dir /x", "...", ".. ", ".. /x", ". ", "....", "x. .", "index.html.", "index.html ", "manifest.json.")
	c.named("A12 has a colon", "zip_bad_name", "stream.txt:hidden", "index.html::$DATA", "manifest.json:x", "dir::$INDEX_ALLOCATION/x", "ab:/x")
	c.named("A12 has a control character", "zip_bad_name", "a\nb", "a\rb", "a\tb", "a\x1b[31m", "\x1b]0;title\x07", "del\x7f", "c1\u0085", "csi\u009b31m", "bell\a", "back\bspace")
	c.named("A12 is bidirectional", "zip_bad_name", "evil\u202egnp.exe", "\u202dx", "\u2066x\u2069", "\u200fx", "\u061cx", "a\u202b/x", "\u2068x")
	c.named("A12 is invisible", "zip_bad_name", "zero\u200bwidth", "join\u200der", "non\u200cjoiner", "word\u2060joiner", "filler\u3164", "bom\ufeff", "soft\u00adhyphen", "mongol\u180e", "braille\u2800",
		"tag\U000e0041", "variation\ufe0f", "line\u2028", "paragraph\u2029", "private\ue000", "interlinear\ufff9", "replacement\ufffd", "combining\u034f")
	c.kept("A12 is no device", "console", "con-x", "COM10", "comet", "nul-l", "xNUL", "COM", "lpt", "auxiliary.js", " leading", ".dot", "a.b.c", "x y", "AUTOEXEC.BAT", "MANIFE~1.JSO", "a'b\"c", "<x>", "a|b", "a?b*", "-rf", "--require", "@x", "#x", "a&b;c", "$(x)", "`x`")
	c.named("A5 is long or deep", "zip_bad_name", strings.Repeat("a/", 40)+"x", strings.Repeat("a/", 32)+"x", strings.Repeat("a", 256), strings.Repeat("\u00e9", 128), strings.Repeat(strings.Repeat("b", 100)+"/", 6)+"x",
		strings.Repeat("d/", 20_000), strings.Repeat("n", 65_535), "a"+strings.Repeat("/", 600)+"x")
	c.keep("A5 as long and deep as it may be", Part{Name: strings.Repeat("a/", 31) + "x"}, Part{Name: strings.Repeat("b", 255)}, Part{Name: strings.Repeat(strings.Repeat("c", 101)+"/", 5) + "dd"})
}

// twins are entries that are one and the same on some system (A6).
func (c *corpus) twins() {
	twice := func(name, code string, paths ...string) {
		var parts []Part
		for _, p := range paths {
			parts = append(parts, Part{Name: p})
		}
		c.with("A6 "+name, code, parts...)
	}
	const same, kind = "zip_duplicate_name", "zip_file_folder_conflict"
	c.with("A6 the same name twice", same, Part{Name: "index.html", Data: "other"})
	c.with("A6 the same name and the same content twice", same, Part{Name: "x", Data: "1"}, Part{Name: "x", Data: "1"})
	twice("the same folder twice", same, "d/", "d/")
	twice("case", same, "INDEX.html")
	twice("case of a folder", same, "lib/a", "Lib/b")
	twice("case of a folder that is listed", same, "lib/", "LIB/")
	twice("case of a folder that is implied and listed", same, "A/x", "a/")
	twice("case of a folder that is listed and implied", same, "a/", "A/x")
	twice("case of a folder far above", same, "a/b/c/d/x", "a/B/c/d/y")
	twice("case of a file and a folder", same, "a", "A/x")
	twice("case of a file and a listed folder", same, "A/", "a")
	twice("case, full folding", same, "stra\u00dfe", "STRASSE")
	twice("case, capital sharp s", same, "\u1e9e", "ss")
	twice("case, final sigma", same, "\u03c2", "\u03c3")
	twice("case, the sign for Kelvin", same, "\u212a", "k")
	twice("case, long s", same, "\u017f", "S")
	twice("case, a ligature", same, "\ufb01x", "FIX")
	twice("case, Cherokee", same, "\uab70", "\u13a0")
	twice("NFC and NFD", same, "caf\u00e9", "cafe\u0301")
	twice("NFC and NFD of folders", same, "caf\u00e9/a", "cafe\u0301/b")
	twice("NFC and NFD and case", same, "CAF\u00c9", "cafe\u0301")
	twice("the order of marks", same, "a\u0323\u0307", "a\u0307\u0323")
	twice("Hangul in syllables and in letters", same, "\uac00", "\u1100\u1161")
	twice("a sign and its letter", same, "\u2126", "\u03a9")
	twice("file and folder", kind, "a", "a/b")
	twice("folder and file", kind, "a/b", "a")
	twice("file and listed folder", kind, "a", "a/")
	twice("listed folder and file", kind, "a/", "a")
	twice("a file far above", kind, "a/b/c/d", "a/b")
	twice("junk twice", same, "Thumbs.db", "thumbs.db")
	c.with("A6 folder with content", kind, Part{Name: "a/", Data: "x"})
	c.with("A6 folder with packed content", kind, Part{Name: "a/", Method: 8, Data: "x"})
	c.keep("A6 a folder listed behind what is in it", Part{Name: "a/b"}, Part{Name: "a/"})
	c.keep("A6 names that are no twins", Part{Name: "a"}, Part{Name: "b/a"}, Part{Name: "b/b"}, Part{Name: "\u0430"}, Part{Name: "\uff41"})
}
