// Package console is the web console, as files: what Vite made of the sources beside this file.
//
// The folder dist is made by "make console" and is not kept in the repository. A binary that was built without it has no console and
// says so ([Built]); everything else works. The package serves nothing itself and starts nothing.
package console
