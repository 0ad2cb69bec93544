//go:build !linux

package main

// volatileKind is not known here.
func volatileKind(string) string { return "" }

// sharedMemory is not looked for here: settings of running plugins are on the disk, as the host says at its start.
func sharedMemory() bool { return true }

// clockSynchronised is not known here.
func clockSynchronised() (synchronised, known bool) { return false, false }
