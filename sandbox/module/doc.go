// Package module tells what a WASM module is without compiling it: what it imports and
// exports, and how much memory it starts with.
//
// It reads the few sections that say so, under limits, and skips everything else; it does
// not validate a module, which is the compiler's work, in a process of its own. It starts
// no goroutine.
package module
