package nodebridge_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/nodebridge"
)

// write lays out files below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

func TestImportsAreReadFromTheCode(t *testing.T) {
	tests := map[string]struct {
		entry string
		files map[string]string
		want  []string
	}{
		"require and import, packages and parts of them": {
			"app/index.js",
			map[string]string{
				"app/index.js":  "const express = require('express');\nrequire('./lib/a');\nrequire('@scope/name/deep/file');\nimport('lazy');",
				"app/lib/a.mjs": "",
				"app/lib/a.js":  "require('lodash/get'); require('fs'); require('node:test'); require('fs/promises'); require('punycode/')",
			},
			[]string{"package @scope/name app/index.js", "package express app/index.js", "package lazy app/index.js", "package lodash app/lib/a.js", "package punycode app/lib/a.js"},
		},
		"ES modules": {
			"index.mjs",
			map[string]string{"index.mjs": "import a from 'a';\nexport * from 'b/c';\nimport './d.mjs';", "d.mjs": "import 'e'"},
			[]string{"package a index.mjs", "package b index.mjs", "package e d.mjs"},
		},
		"imports that lead nowhere": {
			"index.js",
			map[string]string{"index.js": "require('./gone'); require('a')"},
			[]string{"missing ./gone index.js", "package a index.js"},
		},
		"code that is no JavaScript": {
			"index.js",
			map[string]string{"index.js": "var = 1"},
			[]string{`syntax Expected identifier but found "=" (line 1, column 5) index.js`},
		},
		"names that are computed": {
			"index.js",
			map[string]string{
				"index.js":            "require('fs').readdirSync('routes').forEach((f) => require('./routes/' + f))",
				"routes/users.js":     "require('knex')",
				"public/page.js":      "require('jquery')",
				"node_modules/x/i.js": "require('y')",
			},
			[]string{"package knex routes/users.js"},
		},
		"names that are no package": {
			"index.js",
			map[string]string{"index.js": "require('https://evil.example.org/x.js'); require('../../etc/passwd'); require('/etc/passwd'); require('-flag'); require('a b')"},
			[]string{"host evil.example.org:443 index.js", "missing ../../etc/passwd index.js", "missing /etc/passwd index.js"},
		},
		"addresses": {
			"index.js",
			map[string]string{"index.js": "fetch('https://api.telegram.org/bot'); const u = `wss://ws.example.net:8443/x`; get('http://localhost:3000'); x('http://10.0.0.1/')"},
			[]string{"host 10.0.0.1:80 index.js", "host api.telegram.org:443 index.js", "host ws.example.net:8443 index.js"},
		},
		"files that are no code": {
			"index.js",
			map[string]string{"index.js": "require('./data.json'); require('./page.html'); require('./words.txt'); try { require('./maybe') } catch {}",
				"data.json": "{}", "page.html": "<", "words.txt": "x"},
			nil,
		},
		"nothing": {"index.js", map[string]string{"index.js": ""}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, test.files)
			assert.Equal(t, test.want, nodebridge.ReadImports(dir, test.entry))
		})
	}
}
