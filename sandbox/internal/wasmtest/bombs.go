package wasmtest

import "bytes"

// Modules that are small and cost a compiler a lot, or a run everything there is.

// Diamonds is a function of many if/else over many live locals, which is hard on register
// allocation.
func Diamonds(locals, diamonds int) []byte {
	var body []byte
	for i := range diamonds {
		a, c := Uint(i%locals), Uint((i*7+3)%locals)
		body = append(body, Join(
			[]byte{0x20}, a, []byte{0x04, 0x40, 0x20}, c, []byte{0x41, 0x01, 0x6a, 0x21}, a,
			[]byte{0x05, 0x20}, a, []byte{0x41, 0x03, 0x6c, 0x21}, c, []byte{0x0b})...)
	}
	return command([][2]int{{locals, I32}}, body)
}

// NestedLoops is a function of loops in loops that all touch locals.
func NestedLoops(depth, locals int) []byte {
	var body []byte
	for i := range depth {
		body = append(body, Join([]byte{0x03, 0x40, 0x20}, Uint(i%locals),
			[]byte{0x41, 0x01, 0x6a, 0x21}, Uint((i+1)%locals))...)
	}
	for i := range depth {
		body = append(body, Join([]byte{0x20}, Uint(i%locals), []byte{0x0d, 0x00, 0x0b})...)
	}
	return command([][2]int{{locals, I32}}, body)
}

// Tables is a function of many jump tables with many targets each.
func Tables(tables, targets int) []byte {
	const depth = 50
	body := bytes.Repeat([]byte{0x02, 0x40}, depth)
	for range tables {
		body = append(body, Join([]byte{0x02, 0x40, 0x20, 0x00, 0x0e}, Uint(targets))...)
		for k := range targets {
			body = append(body, Uint(k%depth)...)
		}
		body = append(body, 0x00, 0x0b)
	}
	return command([][2]int{{1, I32}}, append(body, bytes.Repeat([]byte{0x0b}, depth)...))
}

// Spin loops for ever.
func Spin() []byte { return command(nil, []byte{0x03, 0x40, 0x0c, 0x00, 0x0b}) }

// Recurse calls itself for ever.
func Recurse() []byte { return command(nil, []byte{0x10, 0x00}) }

// Trap reads beyond its memory.
func Trap() []byte {
	return command(nil, Join([]byte{0x41}, Int(-8), []byte{0x28, 0x02, 0x00, 0x1a}))
}

// Exponential calls 2^depth functions without a loop.
func Exponential(depth int) []byte {
	m := Module{Pages: 1}
	for i := range depth {
		next := Join([]byte{0x10}, Uint(i+1))
		m.Functions = append(m.Functions, Function{Body: Join(next, next)})
	}
	m.Functions = append(m.Functions, Function{})
	m.Functions[0].Export = "_start"
	return m.Bytes()
}

// Grow asks for one page after another until it is refused, and then traps.
func Grow() []byte {
	return command(nil, []byte{
		0x03, 0x40, // loop
		0x41, 0x01, 0x40, 0x00, // memory.grow 1
		0x41, 0x7f, 0x47, // != -1
		0x0d, 0x00, // br_if loop
		0x0b, 0x00, // end, unreachable
	})
}

// command is a module whose _start is one function.
func command(locals [][2]int, body []byte) []byte {
	return Module{Pages: 1, Functions: []Function{{Export: "_start", Locals: locals, Body: body}}}.Bytes()
}
