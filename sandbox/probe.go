package sandbox

import (
	"log/slog"

	"appzone/host"
	"appzone/host/manifest"
)

// Probe tells of the engine what [Runtime.Info] does, without a runtime's folder.
func Probe() host.RuntimeInfo {
	r := Runtime{options: Options{Logger: slog.New(slog.DiscardHandler)}}
	info := host.RuntimeInfo{Name: manifest.RuntimeWASM, Version: engineVersion()}
	if _, err := r.engine(); err != nil { // which it tries in a temporary folder
		info.Version, info.Problem = "", engineProblem
	}
	return info
}
