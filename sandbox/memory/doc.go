// Package memory gives a WASM guest its linear memory straight from the kernel.
//
// The address range up to the limit is reserved once and pages become usable as the guest
// grows: growing copies nothing, so a guest that reaches its limit costs what it touched
// and not several times that. The package starts no goroutine, and it does not bound
// anything but the linear memory: the engine's own memory is the process's.
package memory
