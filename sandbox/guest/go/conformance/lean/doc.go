// Lean is the conformance app of the Go kit with package lean. See package conformance.
package main
