// Package guest carries the kits for WASM plugins and the templates of new projects, for "appzone new".
//
// Each kit is a folder of sources in its language (go, c, rust, js) with a README, a template, and the
// conformance app that all kits have. A project gets a copy of its kit: it builds with its compiler
// alone, wherever it is. The package starts no goroutine and reads nothing but what was embedded.
package guest
