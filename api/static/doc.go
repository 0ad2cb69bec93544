// Package static serves the files of html plugins from the blobs.
//
// [Server.Serve] answers GET and HEAD for one file of one [host.Site]: content type,
// strong ETag, 304, ranges and the encoded copies that were prepared at install. What a
// request names is looked up in the site's table of files and never in a file system, so
// that a path can at worst name nothing. Small bodies are kept in a cache bounded in
// bytes, and answers alias its memory; larger ones are written from the opened blob.
//
// The package starts no goroutine that outlives a request but the cache's own, which
// [Server.Close] ends. It decides neither who may see a file nor the content security
// policy: the caller does both.
package static
