// Nethttp is the conformance app of the Go kit with net/http. See package conformance.
package main
