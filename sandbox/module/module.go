package module

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// PageBytes is the unit of linear memory.
const PageBytes = 64 << 10

// What a module may have at most before it is not read any further. Compilers stay far
// below.
const (
	maxImports   = 10_000
	maxExports   = 100_000
	maxNameBytes = 1024
)

// ErrNotWASM is returned for what does not begin like a module of any kind.
var ErrNotWASM = errors.New("it does not begin with the WebAssembly magic number")

// ErrComponent is returned for a component, which has the magic number of a module and
// another layer.
var ErrComponent = errors.New("it is a WebAssembly component and not a core module")

// Kind is what an import or export is.
type Kind byte

// The kinds.
const (
	Function Kind = iota
	Table
	Memory
	Global
	Tag
)

func (k Kind) String() string {
	if names := []string{"function", "table", "memory", "global", "tag"}; int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Import is what a module needs from outside.
type Import struct {
	Module, Name string
	Kind         Kind
}

// Info is what can be told about a module.
type Info struct {
	Imports []Import
	// Exports holds the kind of each export by its name.
	Exports map[string]Kind
	// MemoryMinBytes is what linear memory starts with, imported or own.
	MemoryMinBytes int64
}

// Read reads a module's imports, exports and memory. Errors other than [ErrNotWASM] and
// [ErrComponent] say at which byte the module is damaged.
func Read(r io.Reader) (*Info, error) {
	in := &reader{in: bufio.NewReader(r)}
	if err := in.header(); err != nil {
		return nil, err
	}
	info := &Info{Exports: map[string]Kind{}}
	for {
		id, err := in.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return info, nil
		}
		if err != nil {
			return nil, err
		}
		in.at++
		if err := in.section(id, info); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, fmt.Errorf("byte %d, section %d: %w", in.at, id, err)
		}
	}
}

func (r *reader) header() error {
	header := make([]byte, 8)
	if _, err := io.ReadFull(r.in, header); err != nil || !bytes.HasPrefix(header, []byte("\x00asm")) {
		return ErrNotWASM
	}
	r.at = int64(len(header))
	switch version, layer := header[4:6], header[6:8]; {
	case bytes.Equal(layer, []byte{1, 0}):
		return ErrComponent
	case !bytes.Equal(version, []byte{1, 0}) || !bytes.Equal(layer, []byte{0, 0}):
		return fmt.Errorf("its version is % x, and 01 00 00 00 is the one that there is", header[4:])
	}
	return nil
}

// section reads one section to its end.
func (r *reader) section(id byte, info *Info) error {
	size, err := r.uint()
	if err != nil {
		return err
	}
	r.end = r.at + int64(size)
	defer func() { r.end = 0 }()
	switch id {
	case 2:
		err = r.imports(info)
	case 5:
		err = r.memories(info)
	case 7:
		err = r.exports(info)
	default:
		return r.skip(int64(size))
	}
	if err == nil && r.at != r.end {
		return fmt.Errorf("its size does not match its contents")
	}
	return err
}

func (r *reader) imports(info *Info) error {
	return r.list(maxImports, "imports", func() error {
		module, err := r.name()
		if err != nil {
			return err
		}
		name, err := r.name()
		if err != nil {
			return err
		}
		kind, err := r.importType(info)
		if err != nil {
			return err
		}
		info.Imports = append(info.Imports, Import{Module: module, Name: name, Kind: kind})
		return nil
	})
}

// importType reads the type of an import, of which the kind alone is kept.
func (r *reader) importType(info *Info) (Kind, error) {
	b, err := r.byte()
	if err != nil {
		return 0, err
	}
	switch kind := Kind(b); kind {
	case Function:
		_, err = r.uint()
		return kind, err
	case Table:
		if _, err = r.byte(); err != nil {
			return 0, err
		}
		_, err = r.limits()
		return kind, err
	case Memory:
		return kind, r.memory(info)
	case Global:
		if _, err = r.byte(); err != nil {
			return 0, err
		}
		_, err = r.byte()
		return kind, err
	case Tag:
		if _, err = r.byte(); err != nil {
			return 0, err
		}
		_, err = r.uint()
		return kind, err
	}
	return 0, fmt.Errorf("an import is of the unknown kind %d", b)
}

func (r *reader) memories(info *Info) error {
	return r.list(16, "memories", func() error { return r.memory(info) })
}

func (r *reader) memory(info *Info) error {
	pages, err := r.limits()
	info.MemoryMinBytes += int64(pages) * PageBytes
	return err
}

func (r *reader) exports(info *Info) error {
	return r.list(maxExports, "exports", func() error {
		name, err := r.name()
		if err != nil {
			return err
		}
		kind, err := r.byte()
		if err != nil {
			return err
		}
		info.Exports[name] = Kind(kind)
		_, err = r.uint()
		return err
	})
}
