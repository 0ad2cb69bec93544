package nodebridge

import (
	"slices"
	"strings"
)

// builtins are the modules that Node.js brings and that can be named without "node:".
var builtins = strings.Fields(`assert async_hooks buffer child_process cluster console constants crypto
	dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path
	perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls
	trace_events tty url util v8 vm wasi worker_threads zlib`)

// builtin tells whether an import is one of Node's own. "punycode/" with its slash is
// how code asks for the package of that name.
func builtin(path string) bool {
	name, rest, deeper := strings.Cut(path, "/")
	return slices.Contains(builtins, name) && (!deeper || rest != "")
}
