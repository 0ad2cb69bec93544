// Package archive writes and reads the files of backups: a tar in zstd, which tar and zstd can unpack as well.
//
// Its first entry is [MetaName], which says what it is; its last is [SumsName], with the SHA-256 of every file
// before it, in sha256sum's format. An archive without that last entry was cut off. Everything else is protected by zstd's own checksums.
//
// Folders of plugins come with modes, owners, times, holes and the marks of overlayfs. A folder's own entry follows what is in it, so
// that a folder that nobody may write into can be unpacked. Links are kept as links and never followed; a file with
// several names comes once for each; pipes, sockets and devices are left out.
//
// A [Reader] believes nothing of what it reads: names, sizes and kinds are checked, and [Reader.Place] goes through [os.Root]. Owners in an
// archive are for people to read, and are not given to anything.
//
// Memory is constant, but for about 1 MiB for each million of entries in one folder. The package starts no goroutine that outlives a call, but
// for those of a [Writer] and a [Reader], which Close ends.
package archive
