package bundletest

import (
	"fmt"
	"slices"
)

// Case is one zip and its verdict.
type Case struct {
	// Name begins with the row of the threat model.
	Name string
	// Code is the code of the refusal; "" means that the zip is accepted.
	Code string
	// Late says that the archive is in order and the refusal comes when the content is read.
	Late bool
	// Paths are exactly the files of an accepted zip, sorted.
	Paths []string
	// Zip makes the archive.
	Zip func() []byte
}

// Corpus is every case of row A. Names are unique.
func Corpus() []Case {
	c := &corpus{}
	c.names()
	c.otherSystems()
	c.kinds()
	c.ratios()
	c.crowds()
	c.lies()
	c.zip64()
	c.twins()
	c.headers()
	c.polyglots()
	c.shapes()
	c.manifests()
	return c.cases
}

type corpus struct{ cases []Case }

// refuse adds an archive that is refused.
func (c *corpus) refuse(name, code string, zip func() []byte) {
	c.cases = append(c.cases, Case{Name: name, Code: code, Zip: zip})
}

// archive adds a valid plugin with another end.
func (c *corpus) archive(name, code string, e End) {
	c.refuse(name, code, func() []byte { return Zip(e, Pages()...) })
}

// with adds a valid plugin with hostile entries.
func (c *corpus) with(name, code string, parts ...Part) {
	c.refuse(name, code, func() []byte { return Zip(End{}, Pages(parts...)...) })
}

// late adds a valid plugin with an entry whose content is not what it declares.
func (c *corpus) late(name, code string, parts ...Part) {
	c.cases = append(c.cases, Case{Name: name, Code: code, Late: true, Zip: func() []byte { return Zip(End{}, Pages(parts...)...) }})
}

// keep adds a valid plugin with entries that look strange and do no harm: those of files are kept by their very names.
func (c *corpus) keep(name string, parts ...Part) {
	paths := []string{"index.html", "manifest.json"}
	for _, p := range parts {
		if p.Name[len(p.Name)-1] != '/' {
			paths = append(paths, p.Name)
		}
	}
	c.keepAs(name, paths, func() []byte { return Zip(End{}, Pages(parts...)...) })
}

// keepAs adds an archive that is accepted with these files.
func (c *corpus) keepAs(name string, paths []string, zip func() []byte) {
	slices.Sort(paths)
	c.cases = append(c.cases, Case{Name: name, Paths: paths, Zip: zip})
}

// named adds one archive for each name of an entry.
func (c *corpus) named(row, code string, names ...string) {
	for _, n := range names {
		c.with(fmt.Sprintf("%s %+q", row, n), code, Part{Name: n, Data: "x"})
	}
}

// kept adds one archive for each name of an entry that is kept as it is.
func (c *corpus) kept(row string, names ...string) {
	for _, n := range names {
		c.keep(fmt.Sprintf("%s %+q", row, n), Part{Name: n, Data: "x"})
	}
}

// Many is n parts like p, whose name has a place for the number.
func Many(n int, p Part) []Part {
	parts := make([]Part, n)
	for i := range parts {
		parts[i] = p
		parts[i].Name = fmt.Sprintf(p.Name, i)
	}
	return parts
}

// Noise is text that deflate cannot shrink, always the same.
func Noise(n int) string {
	b, x := make([]byte, n), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}
