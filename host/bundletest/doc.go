// Package bundletest makes hostile zips: a writer of archives that can lie about anything, and a corpus of them,
// each named by its row of the threat model and with the verdict that it must meet.
//
// It is imported by tests alone, starts no goroutines and writes no files: every zip is made in memory, always of the same bytes, when it
// is asked for. Nothing in it is large on disk, and no zip needs more than 40 MB of memory.
package bundletest
