package nodebridge_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"appzone/host/process"
)

// F1, F2: Node.js's own words about a limit become the cause of the end.
func TestLimitsOfAProgramAreExplained(t *testing.T) {
	tests := map[string]struct {
		code  string
		limit process.Limit
		cause string
	}{
		"descriptors": {
			`const fs = require('fs'); for (;;) fs.openSync('/dev/null', 'r');`,
			process.LimitOpenFiles, "open file limit of 256 reached",
		},
		"processes": {
			`const { spawn } = require('child_process'); setInterval(() => { for (let i = 0; i < 10; i++) spawn('/bin/sleep', ['60']) }, 5);`,
			process.LimitProcesses, "process limit of 64 reached",
		},
		"one buffer": {
			`const { Buffer } = require('buffer'); const all = []; for (;;) all.push(Buffer.alloc(1 << 30, 1));`,
			process.LimitMemory, "memory limit of 512 MB reached",
		},
		"children": {
			`const { spawn } = require('child_process');
			 for (let i = 0; i < 8; i++) spawn(process.execPath, ['-e', 'const all = []; for (let i = 0; i < 12; i++) all.push(Buffer.alloc(8 << 20, 1)); setTimeout(() => 0, 60000)']);
			 setTimeout(() => 0, 60000);`,
			process.LimitMemory, "memory limit of 512 MB reached",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			j := startJailed(t, newRuntime(t), staged(t, "index.js", map[string]string{"index.js": test.code}), defaultMemory)
			exit := j.end(t)
			assert.Equal(t, test.limit, exit.Limit, "%+v\n%.2000s", exit, j.text())
			assert.True(t, strings.HasPrefix(exit.Cause, test.cause), exit.Cause)
		})
	}
}
