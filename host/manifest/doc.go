// Package manifest reads manifest.json, the file that says what a plugin is and what
// it asks for.
//
// [Parse] is lenient on two things only, comments and trailing commas, each with a warning
// that names its line and column. Everything else is exact: broken JSON is refused with its position
// and the likely fix, and a manifest with wrong fields is refused with all of them named at
// once. What Parse returns is safe to use further on: paths are clean and relative, addresses are
// absolute http(s), texts hold no control, bidirectional or invisible characters, numbers are in range.
//
// The package does not look at a plugin's other files (package bundle does), decides
// nothing about grants, starts no goroutine and reads nothing but its input.
package manifest
