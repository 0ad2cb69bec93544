package nodebridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

func TestInspect(t *testing.T) {
	finding := func(severity host.Severity, code, message, path string) host.Finding {
		return host.Finding{Severity: severity, Code: code, Message: message, Path: path}
	}
	tests := map[string]struct {
		files map[string]string
		want  host.Inspection
	}{
		"nothing to tell": {map[string]string{"index.js": "require('http')"}, host.Inspection{}},
		"packages that will be installed": {
			map[string]string{"index.js": "require('express'); require('@a/b/c'); fetch('https://api.example.org/x')"},
			host.Inspection{Dependencies: []string{"@a/b", "express"}, Hosts: []string{"api.example.org:443"}},
		},
		"package.json": {
			map[string]string{"index.js": "require('a'); require('c')", "package.json": `{"dependencies":{"b":"1","a":"^2"},"scripts":{"postinstall":"x","test":"y"}}`},
			host.Inspection{
				Dependencies: []string{"a@^2", "b@1"},
				Findings: []host.Finding{
					finding("info", "scripts_ignored", "the plugin's own install scripts are never run: postinstall", "package.json"),
					finding("low", "import_undeclared", `the code imports "c", which package.json does not list`, "index.js"),
				},
			},
		},
		"lock with install scripts": {
			map[string]string{"index.js": "", "package.json": `{"dependencies":{"a":"1"}}`, "package-lock.json": `{"lockfileVersion":3,"packages":{"":{},"node_modules/x/node_modules/@a/b":{"version":"1.0.0","hasInstallScript":true}}}`},
			host.Inspection{
				Dependencies: []string{"a@1"},
				Findings:     []host.Finding{finding("medium", "install_scripts", "packages have install scripts, which do not run unless installScripts is granted: @a/b", "package-lock.json")},
			},
		},
		"node_modules in the zip": {
			map[string]string{"index.js": "require('a'); require('b')", "node_modules/a/index.js": "", "node_modules/a/build/x.node": "", "package.json": `{"dependencies":{"a":"git://x"}}`},
			host.Inspection{Findings: []host.Finding{
				finding("medium", "native_code", "the zip brings machine code, which works on one kind of machine only", "node_modules/a/build/x.node"),
				finding("medium", "import_missing", `the code imports "b", which the node_modules of the zip lacks`, "index.js"),
			}},
		},
		"package.json that is not valid": {
			map[string]string{"index.js": "", "package.json": "{"},
			host.Inspection{Findings: []host.Finding{finding("high", "package_json_invalid", "package.json is not valid: unexpected end of JSON input", "package.json")}},
		},
		"code that is not there, and code that is none": {
			map[string]string{"index.js": "require('./gone');\nrequire('./bad')", "bad.js": "let \x1b[31m"},
			host.Inspection{Findings: []host.Finding{
				finding("medium", "import_missing", `the code imports "./gone", which is not in the zip`, "index.js"),
				finding("medium", "syntax_error", `Expected ";" but found "\x1b" (line 1, column 5)`, "bad.js"),
			}},
		},
	}
	r := newRuntime(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := r.Inspect(t.Context(), staged(t, "index.js", test.files))
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

// Code can be made to cost a parser any amount of memory or stack: that ends the reading child, and nothing else.
func TestCodeThatBreaksAParserIsAFinding(t *testing.T) {
	tests := map[string]string{
		"nested":  strings.Repeat("(", 3_000_000),
		"unary":   strings.Repeat("! ", 1_500_000) + "1",
		"arrows":  strings.Repeat("a=>", 1_000_000) + "1",
		"objects": strings.Repeat("[{a:", 800_000),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			got, err := newRuntime(t).Inspect(t.Context(), staged(t, "index.js", map[string]string{"index.js": text}))
			require.NoError(t, err)
			assert.NotEmpty(t, got.Findings)
			t.Log(name, got.Findings[0].Code, time.Since(began))
		})
	}
}
