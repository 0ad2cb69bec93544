// Package tree keeps folders of code on disk and watches that nobody changes them.
//
// A version's files are written once by [Place], described by [Snapshot] when a tool made
// them (node_modules), and compared with that description by a [Verifier] before they are
// run. [Folder] gives an administrator access to the files that a plugin writes itself, and [IsCode]
// tells which of those a plugin must not write.
//
// What a program wrote may be hostile: [Copy], [Allocated], [Usage], [Unlock] and [RemoveAll] take folders as deep, as full and as closed as
// a program can make them, in bounded memory, or refuse them. [Sync] makes a folder durable.
//
// Everything goes through [os.Root], so that no link leads out of the folder that was named,
// whatever happens in it meanwhile. The package starts goroutines only inside a call and waits
// for them. It does not decide which files are good, and it does not lock: two writers of one
// folder are the caller's mistake.
package tree
