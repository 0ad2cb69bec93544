package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func planTable(t *testing.T, plan string) string {
	t.Helper()
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	require.NoError(t, showPlan(json.RawMessage(plan), w))
	require.NoError(t, w.Flush())
	return b.String()
}

func TestAPlanReadsWell(t *testing.T) {
	out := planTable(t, `{"plugin":"p","name":"P","version":"1.0.0","installed":{"version":"2.0.0"},
		"changes":{"kind":"downgrade","mode":"replace","manifest":[{"field":"limits.memoryMB","before":"512","after":"256"},{"field":"author.name","before":"","after":"A"}],
			"files":{"added":{"count":1,"items":[{"path":"new.js","before":null,"after":3}],"more":0},"removed":{"count":1,"items":[{"path":"old.js","before":7,"after":null}],"more":0},
				"changed":{"count":1,"items":[{"path":"更.js","before":3,"after":5}],"more":0},"unchanged":12},
			"settings":{"added":["db.host"],"removed":["x"],"changed":["port"],"requiredNow":["db.host"],"more":0},"signature":{"before":"signed","after":"unsigned"}},
		"needs":[{"word":"downgrade","message":"version 1.0.0 is lower"}],"settings":{"refused":[{"field":"port","message":"must be of type string"}]}}`)
	for _, line := range []string{
		`change +downgrade \(replace\)`, `limits.memoryMB +512 -> 256`, `author.name +none -> A`, `signature +signed -> unsigned`,
		`files +1 added, 1 removed, 1 changed, 12 as before`, `file added +new.js \(3 bytes\)`, `file removed +old.js \(7 bytes\)`, `file changed +更.js \(3 -> 5 bytes\)`,
		`setting added +db.host`, `setting removed +x`, `setting changed +port`, `setting required now +db.host`,
		`needs +--allow downgrade: version 1.0.0 is lower`, `refuses +setting port must be of type string \(install with --settings FILE\)`,
	} {
		assert.Regexp(t, `(?m)^`+line, out)
	}
	assert.NotContains(t, planTable(t, `{"plugin":"p","changes":null}`), "change")
}

// The table stays short whatever the plan holds.
func TestALongDifferenceIsCutInTheTable(t *testing.T) {
	var items, names []string
	for k := range 200 {
		items = append(items, fmt.Sprintf(`{"path":"f%03d","before":null,"after":1}`, k))
		names = append(names, fmt.Sprintf(`"s%03d"`, k))
	}
	none := `{"count":0,"items":[],"more":0}`
	out := planTable(t, `{"changes":{"files":{"added":{"count":5000,"items":[`+strings.Join(items, ",")+`],"more":4800},"removed":`+none+`,"changed":`+none+`},
		"settings":{"added":[`+strings.Join(names, ",")+`],"more":7},"manifest":[{"field":"description","before":"","after":"`+strings.Repeat("ü", 4000)+`"}]}}`)
	assert.Less(t, strings.Count(out, "\n"), 70)
	assert.Regexp(t, `file added +\.\.\. and 4980 more`, out)
	assert.Regexp(t, `setting added +\.\.\. and 180 more`, out)
	assert.Regexp(t, `settings +\.\.\. and 7 more`, out)
	assert.Regexp(t, `none -> ü{80}\.\.\.`, out)
}

// B10: whatever a plan holds moves no cursor and adds no line.
func TestADifferenceIsSafeForATerminal(t *testing.T) {
	const evil = `\u001b[2Jx\r\nforged\u202e\u0007\u009b`
	out := planTable(t, `{"plugin":"`+evil+`","changes":{"kind":"`+evil+`","mode":"`+evil+`","manifest":[{"field":"`+evil+`","before":"`+evil+`","after":"`+evil+`"}],
		"files":{"added":{"count":1,"items":[{"path":"`+evil+`","before":1,"after":2}]}},"settings":{"added":["`+evil+`"],"requiredNow":["`+evil+`"]},"signature":{"before":"`+evil+`","after":"x"}},
		"needs":[{"word":"`+evil+`","message":"`+evil+`"}],"settings":{"refused":[{"field":"`+evil+`","message":"`+evil+`"}]}}`)
	for _, r := range out {
		assert.False(t, r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)), "%q", r)
	}
	assert.NotRegexp(t, `(?m)^forged`, out)

	var b bytes.Buffer
	require.NoError(t, versionTable([]json.RawMessage{json.RawMessage(`{"version":"1","digest":"d","installed":true,"former":true,"signature":"signed","fault":"` + evil + `"}`)}, &b))
	assert.NotContains(t, b.String(), "\x1b")
	assert.Contains(t, b.String(), "installed, former")
}

// Row B9: from the plan to the words and the settings that it asks for.
func TestADowngradeOnTheCommandLine(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	version := func(version, text, kind string) string {
		return folder(t, map[string]string{"index.html": text, "manifest.json": `{"name":"P","version":"` + version + `","description":"d","type":"html",
			"parameters":{"views":{"admin":"index.html"},"settings":{"type":"object","properties":{"a":{"type":"` + kind + `"}}}}}`})
	}
	fails := func(says string, args ...string) {
		t.Helper()
		status, _, errOut := command(t, "", append(args, "--server", b.url)...)
		assert.Equal(t, exitFailed, status, errOut)
		assert.Contains(t, errOut, says)
	}
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "settings.json")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	two, other, one := version("2.0.0", "two", "string"), version("2.0.0", "other", "string"), version("1.0.0", "one", "integer")
	b.cli("plugin", "install", two)
	b.cli("plugin", "settings", "p", "-f", file(`{"a":"x"}`))
	fails("version_exists", "plugin", "upload", other)
	fails("version_exists", "plugin", "install", other)
	assert.Contains(t, b.cli("plugin", "upload", "--dry-run", "--allow", "replace", other), "replace (switch)")
	b.cli("plugin", "install", other, "--allow", "replace")

	fails("say it with --allow downgrade", "plugin", "install", one)
	plan := b.cli("plugin", "plan", "p")
	assert.Contains(t, plan, "--allow downgrade")
	assert.Contains(t, plan, "setting a must be of type integer")
	assert.Contains(t, plan, "3 bytes")
	fails("settings.a", "plugin", "install", "p", "--allow", "downgrade")
	fails("is not JSON", "plugin", "install", "p", "--allow", "downgrade", "--settings", file("{"))
	b.cli("plugin", "install", "p", "--allow", "downgrade", "--settings", file(`{"a":1}`))
	assert.Contains(t, b.cli("plugin", "show", "p"), "1.0.0")
	assert.Contains(t, b.cli("plugin", "versions", "p"), "SIGNATURE")
}
