package wasmtest

// Type is a function type.
type Type struct{ Params, Results []byte }

// Value types.
const (
	I32 = 0x7f
	I64 = 0x7e
)

// Sections of a module.
const (
	SectionType     = 1
	SectionImport   = 2
	SectionFunction = 3
	SectionTable    = 4
	SectionMemory   = 5
	SectionExport   = 7
	SectionCode     = 10
)

// Kinds of what is imported and exported.
const (
	KindFunction = 0
	KindTable    = 1
	KindMemory   = 2
	KindGlobal   = 3
)

// Import is a function that the module imports.
type Import struct {
	Module, Name string
	Type         Type
}

// Function is a function of the module. Body is its code without the final end.
type Function struct {
	// Export is the name that it is exported under, or "".
	Export string
	Type   Type
	// Locals are runs of locals: a count and a value type each.
	Locals [][2]int
	Body   []byte
}

// Data is a piece of memory that is filled at the start.
type Data struct {
	Offset int
	Bytes  []byte
}

// Module describes a module. Indexes of functions count imports first.
type Module struct {
	Imports []Import
	// PassOn also exports, for every import, a function of the same name that calls it with
	// its own arguments: a test calls those in the place of the guest.
	PassOn    bool
	Functions []Function
	// Pages is the memory's minimum, MaxPages its maximum (0: none). A memory is always there
	// and exported as "memory".
	Pages, MaxPages int
	Data            []Data
}

// Bytes encodes the module.
func (m Module) Bytes() []byte {
	var types, imports, functions, exports, code, data [][]byte
	typeIndex := func(t Type) []byte {
		types = append(types, Join([]byte{0x60}, Vector(t.Params), Vector(t.Results)))
		return Uint(len(types) - 1)
	}
	for i, f := range m.Imports {
		imports = append(imports, Join(Name(f.Module), Name(f.Name), []byte{KindFunction}, typeIndex(f.Type)))
		if m.PassOn {
			m.Functions = append(m.Functions, Function{Export: f.Name, Type: f.Type, Body: passOn(i, f.Type)})
		}
	}
	for i, f := range m.Functions {
		functions = append(functions, typeIndex(f.Type))
		if f.Export != "" {
			exports = append(exports, Join(Name(f.Export), []byte{KindFunction}, Uint(len(m.Imports)+i)))
		}
		code = append(code, f.encode())
	}
	exports = append(exports, Join(Name("memory"), []byte{KindMemory, 0}))
	for _, d := range m.Data {
		data = append(data, Join([]byte{0, 0x41}, Int(d.Offset), []byte{0x0b}, Vector(d.Bytes)))
	}
	memory := Join([]byte{1, 0}, Uint(m.Pages))
	if m.MaxPages > 0 {
		memory = Join([]byte{1, 1}, Uint(m.Pages), Uint(m.MaxPages))
	}
	return Join(Header(),
		Section(SectionType, List(types)), Section(SectionImport, List(imports)),
		Section(SectionFunction, List(functions)), Section(SectionMemory, memory),
		Section(SectionExport, List(exports)), Section(SectionCode, List(code)),
		Section(11, List(data)))
}

// passOn is a body that calls function i with the caller's arguments.
func passOn(i int, t Type) []byte {
	var body []byte
	for p := range t.Params {
		body = append(body, Join([]byte{0x20}, Uint(p))...)
	}
	return append(body, Join([]byte{0x10}, Uint(i))...)
}

func (f Function) encode() []byte {
	var locals [][]byte
	for _, l := range f.Locals {
		locals = append(locals, Join(Uint(l[0]), []byte{byte(l[1])}))
	}
	return Vector(Join(List(locals), f.Body, []byte{0x0b}))
}

// Header is a core module's magic and version.
func Header() []byte { return []byte("\x00asm\x01\x00\x00\x00") }

// Section wraps contents as section id.
func Section(id byte, contents []byte) []byte { return Join([]byte{id}, Vector(contents)) }

// Name encodes a string.
func Name(s string) []byte { return Vector([]byte(s)) }

// Vector prefixes bytes with their number.
func Vector(b []byte) []byte { return Join(Uint(len(b)), b) }

// List prefixes items with their number.
func List(items [][]byte) []byte { return Join(Uint(len(items)), Join(items...)) }

// Join concatenates.
func Join(parts ...[]byte) []byte {
	out := []byte{}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// Uint encodes an unsigned LEB128 number.
func Uint(n int) []byte {
	var out []byte
	for {
		b := byte(n & 0x7f)
		if n >>= 7; n == 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

// Int encodes a signed LEB128 number.
func Int(n int) []byte {
	var out []byte
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if (n == 0 && b&0x40 == 0) || (n == -1 && b&0x40 != 0) {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
