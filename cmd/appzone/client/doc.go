// Package client speaks to a host's REST interface for the command line.
//
// It starts no goroutine, and follows no redirect to another host.
package client
