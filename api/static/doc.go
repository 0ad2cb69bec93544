// Package static serves the files of html plugins from the blobs.
//
// [Server.Serve] answers GET and HEAD for one file of one [host.Site]: content type,
// strong ETag, 304, ranges and the encoded copies that were prepared at install. What a
// request names is looked up in the site's table of files and never in a file system, so
// that a path can at worst name nothing.
//
// A body below 16 KiB is kept in a cache bounded in bytes, and answers alias its memory. A
// larger one is copied, at its first use, into a file without a name, from which the
// kernel sends it (sendfile) without a copy through the process. Of a file, what was
// handed out is never written again: room is made by closing whole files, the oldest
// first, when the last answer from them has ended. So an answer can have no bytes but its
// own, however slowly its client reads. Their size is bounded, and so is how fast they are
// written. Where that is not to be had, bodies up to [Options.SmallBytes] are cached, too,
// and larger ones are written from the opened blob in pieces: without [Options.Dir], on
// systems other than Linux, with TLS, without room on the disk, and for new bodies while a
// slow client keeps the oldest file.
//
// The package starts no goroutine that outlives a request but the cache's own, which
// [Server.Close] ends. It decides neither who may see a file nor the content security
// policy: the caller does both.
package static
