// Package wasi is the system interface (WASI preview 1) of one guest, with sockets that work.
//
// It re-exports wazero's own functions and takes over what touches sockets: descriptors from
// [FirstSocket] on belong to it, everything below to wazero, and poll_oneoff to it alone, as
// one poll(2) over the kernel's descriptors. So unchanged standard libraries serve HTTP on a
// listener that the process inherited, goroutines of a guest overlap, and an idle guest
// costs nothing.
//
// A guest has one thread. Everything here runs on it, except [System.Stop] and
// [System.Listening]. The package starts no goroutine. It does not dial by itself: a guest asks the host for a
// connection (the functions of [HostModule]), which the host makes or refuses.
package wasi
