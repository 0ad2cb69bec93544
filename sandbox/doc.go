// Package sandbox is the runtime "wasm": plugins that are WASI preview 1 commands, or JavaScript for the embedded engine
// (package quickjs), each in a process of its own.
//
// A module is compiled once, when its version is prepared, in a child that is bounded in
// memory and time, since a small module can make a compiler use gigabytes. What it made is
// sealed, and an instance runs sealed code alone: it never compiles. An instance is the
// host's own binary, re-executed into its jail with [Entries], in which wazero runs the guest
// at full speed: nothing inside the process watches over it, because the kernel can end a
// process at any time and an engine cannot. JavaScript goes the same way: a child reads the program and joins it with what it
// imports, and the engine is compiled and sealed with it.
//
// The guest has its listener (package wasi), the folders /app, /data and /tmp (package
// rootfs), linear memory up to its limit (package memory), clocks, random numbers, the
// connections that the host makes for it where something was granted, and nothing else. The package starts no goroutine in
// the host; an instance has one that waits for SIGTERM, and those of quickjs where it runs JavaScript.
package sandbox
