package quickjs

import (
	"bytes"
	"embed"
)

// scripts is the prelude: the web's interfaces, in JavaScript.
//
//go:embed prelude/*.js
var scripts embed.FS

// preludeOrder is the order in which its files are joined.
var preludeOrder = []string{
	"base", "encoding", "events", "console", "timers", "headers", "stream", "url", "plainurl", "params", "body", "request",
	"response", "fetch", "crypto", "env", "serve", "global",
}

// preludeSource is an expression whose value is the prelude's function.
func preludeSource() []byte {
	var b bytes.Buffer
	b.WriteString("(function (host, config) { \"use strict\";\n")
	for _, name := range preludeOrder {
		code, err := scripts.ReadFile("prelude/" + name + ".js")
		if err != nil {
			return nil // it cannot be: the files are embedded, and a test evaluates them
		}
		b.Write(code)
	}
	b.WriteString("})")
	return b.Bytes()
}
