// Package acmetest runs a real ACME authority, Pebble, in a test's process, with a DNS server that sends it to this machine.
// It is for tests alone. An authority ends with its test, but for one goroutine of Pebble's that waits for work.
package acmetest
