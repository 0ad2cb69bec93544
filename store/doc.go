// Package store keeps records and files in Badger, as host.Store.
//
// Records are JSON, files are content-addressed and cut into pieces of at most
// 4 MiB. An update is durable when it returns; writes go one at a time. Files are
// read from mapped memory without copying.
//
// A Store owns one goroutine for maintenance (value-log collection, giving mapped
// pages back) and each batch of files owns one for the write in flight; Close
// stops and awaits them all, and Badger's own.
//
// [Inspect] examines a store that nobody has open, and changes nothing.
//
// The package does not know what the records mean, does not encrypt them, and
// does not repair a damaged database: it says so and stops. Two things are mended, since nothing is lost by that: a blob that is damaged is
// written anew when the same content comes again, and a list of garbage that makes no sense is begun anew.
package store
