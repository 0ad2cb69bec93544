// Package host is the domain: plugins, versions, grants, jobs, events, people and the
// supervisor that keeps script plugins in the state that somebody asked for.
//
// It defines the interfaces that it uses ([Runtime], [Store]) and imports only the
// standard library and its own leaf packages. Who serves HTTP, runs WASM or keeps
// bytes is decided in cmd/appzone. [Host] owns every goroutine that is started here; Close stops
// them and waits.
package host
