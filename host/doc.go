// Package host is the domain: plugins, versions, grants, jobs, events, people and the
// supervisor that keeps script plugins in the state that somebody asked for.
//
// How a version comes into use is one type, exchange, in exchange.go: an installation (install.go) and a way back that somebody asks for
// (rollback.go) decide what it holds, and it takes over at once or beside what runs (overlap.go). A version that fails its trial
// (trial.go) is taken back by the host itself (trial_back.go). Whether a version may be used at all is asked in signaturepolicy.go. Records, files and
// what plugins keep leave the host and come back as one archive (backup.go, restore.go; of one plugin: export.go, import.go).
//
// What happens is told to receivers (webhook.go): each has a goroutine that reads the stored events (webhook_sender.go), and where it may lead is judged by
// the rule for plugins' ways out (egress.Outward).
//
// It defines the interfaces that it uses ([Runtime], [Store]) and imports only the
// standard library and its own leaf packages. Who serves HTTP, runs WASM or keeps
// bytes is decided in cmd/appzone. [Host] owns every goroutine that is started here; Close stops
// them and waits.
package host
