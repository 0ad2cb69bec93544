// Package storetest is the conformance suite that every host.Store passes, and a
// store in memory that passes it too, for the fast tests of other packages.
//
// It is imported by tests alone. Run starts goroutines only inside the running
// test and waits for them; Memory starts none. The suite does not measure speed,
// and it does not kill processes: a store that writes to disk has tests of its own
// for crashes, damage and full disks.
package storetest
