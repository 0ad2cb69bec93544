package bundletest

import "fmt"

// kinds are entries that are no plain files (A4), and permissions that nobody should get (A7).
func (c *corpus) kinds() {
	for name, mode := range map[string]uint32{"device": 0o020644, "block device": 0o060644, "pipe": 0o010644, "socket": 0o140644, "unknown kind": 0o150644, "whiteout": 0o160000, "door": 0o170000} {
		c.with("A4 "+name, "zip_special_file", Part{Name: "x", Mode: mode})
		c.with("A4 "+name+" that is a folder", "zip_special_file", Part{Name: "x/", Mode: mode})
	}
	const link = 0o120777
	c.with("A4 symbolic link", "zip_symlink", Part{Name: "link", Data: "/etc/passwd", Mode: link})
	c.with("A4 symbolic link inside", "zip_symlink", Part{Name: "link", Data: "index.html", Mode: link})
	c.with("A4 symbolic link that is packed", "zip_symlink", Part{Name: "link", Method: 8, Data: "/etc/passwd", Mode: link})
	c.with("A4 symbolic link that is a folder", "zip_symlink", Part{Name: "link/", Mode: link})
	c.with("A4 symbolic link without permissions", "zip_symlink", Part{Name: "link", Data: "..", Mode: 0o120000})
	c.with("A4 symbolic link to nothing", "zip_symlink", Part{Name: "link", Mode: link})
	c.with("A4 link to a folder and a file through it", "zip_symlink", Part{Name: "a", Data: "..", Mode: link}, Part{Name: "a/x", Data: "x"})
	c.with("A4 a file and then the link in its place", "zip_symlink", Part{Name: "a/x", Data: "x"}, Part{Name: "a", Data: "..", Mode: link})
	c.refuse("A4 the manifest is a link", "zip_symlink", func() []byte {
		return Zip(End{}, Part{Name: "manifest.json", Data: "/etc/passwd", Mode: link}, Part{Name: "index.html"})
	})
	c.with("A4 link among the junk", "zip_symlink", Part{Name: "__MACOSX/x", Data: "/etc", Mode: link})
	c.with("A4 folder that is a file", "zip_header_mismatch", Part{Name: "a", Mode: 0o040755})
	c.with("A4 file that is a folder", "zip_header_mismatch", Part{Name: "a/", Mode: 0o100644})
	c.with("A4 folder of DOS that is a file", "zip_header_mismatch", Part{Name: "a", DOS: 0x10})
	c.with("A4 label of DOS", "zip_special_file", Part{Name: "a", DOS: 0x08})
	// Extra fields in which other archivers keep the target of a link, its mode or its owner are not read: what has them is a file.
	c.keep("A4 hard link in an extra field", Part{Name: "x", Data: "x", Extra: Field(0x000d, string(make([]byte, 12))+"/etc/passwd")})
	c.keep("A4 link in the field of ASi", Part{Name: "x", Data: "x", Extra: Field(0x756e, "\x00\x00\x00\x00\xff\xa1\x04\x00\x00\x00\x00\x00\x00\x00/etc")})
	c.keep("A7 owner root in an extra field", Part{Name: "x", Data: "x", Extra: Field(0x7875, "\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00"), LocalExtra: Field(0x7875, "\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00")})
	c.keep("A7 an access list in an extra field", Part{Name: "x", Data: "x", Extra: Field(0x4453, "\xff\xff")})
	for _, mode := range []uint32{0o104755, 0o102755, 0o101777, 0o107777, 0o100777, 0o100666, 0o100002, 0o100000, 0o100400, 0o4755, 0o777} {
		c.keep(fmt.Sprintf("A7 file of mode %06o", mode), Part{Name: "run.js", Data: "x", Mode: mode}, Part{Name: "run.sh", Data: "x", Mode: mode})
	}
	for _, mode := range []uint32{0o047777, 0o041777, 0o040777, 0o040000, 0o777} {
		c.keep(fmt.Sprintf("A7 folder of mode %06o", mode), Part{Name: "d/", Mode: mode}, Part{Name: "d/x", Data: "x"})
	}
	c.keep("A7 attributes of DOS", Part{Name: "x", DOS: 0x01 | 0x02 | 0x04 | 0x20}, Part{Name: "d/", DOS: 0x10})
}
