// Package logs keeps what a plugin writes on disk, bounded in every direction.
//
// [Log] appends lines to files of JSON lines, rotates them, and lets many readers follow. A child
// is never held up by it: lines beyond a rate, and lines that a full disk refuses, are dropped
// and counted, and a line of the host says how many.
//
// Each open Log owns one goroutine that writes what is pending, and one for each [Log.Follow]; Close ends
// them and waits. The package does not clean text for terminals (control characters are kept, as JSON
// escapes; whoever shows lines neutralises them), does not search, and expects to be alone in its folder.
package logs
