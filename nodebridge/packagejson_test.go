package nodebridge_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/nodebridge"
)

func TestPackageJSONKeepsWhatAnInstallNeeds(t *testing.T) {
	clean, refused, err := nodebridge.CleanPackageJSON([]byte(`{
		"name": "Not A Name", "version": "nonsense", "private": "yes", "type": "module", "bin": {"x": "../x"},
		"scripts": {"preinstall": "evil"}, "workspaces": ["packages/*"], "devDependencies": {"d": "git://evil"},
		"config": {"git": "evil"}, "publishConfig": {"registry": "http://evil"}, "bundleDependencies": true,
		"dependencies": {"a": "^1.0.0", "@s/b": "npm:@t/c@~2"}, "overrides": {"a": {"b": "1.2.3"}, "c": "$a"}
	}`))
	require.NoError(t, err)
	assert.Empty(t, refused)
	assert.JSONEq(t, `{"name":"plugin-dependencies","private":true,"dependencies":{"a":"^1.0.0","@s/b":"npm:@t/c@~2"},"overrides":{"a":{"b":"1.2.3"},"c":"$a"}}`, string(clean))
}

func TestPackageJSONThatIsNotValidIsRefused(t *testing.T) {
	for _, text := range []string{"", "[]", "{", `{"dependencies": ["a"]}`, `{"dependencies": {"a": {"b": 1}}}`, strings.Repeat("[", 20_000)} { // B2
		_, _, err := nodebridge.CleanPackageJSON([]byte(text))
		assert.Equal(t, "package_json_invalid", fault.CodeOf(err), clipped(text))
	}
}

func clipped(text string) string { return text[:min(len(text), 40)] }

func TestSpecifiers(t *testing.T) {
	for _, text := range []string{"", "*", "1.2.3", "^1.0.0", "~1", ">=1 <2 || 3.x", "1 - 2", "latest", "next-11", "v1.0.0-beta.1+build", "npm:other", "npm:@a/b@^1", " 1.0 "} {
		assert.True(t, nodebridge.FromRegistry(text), "%q", text)
	}
	for _, text := range []string{"git+https://h/x", "git@h:a/b", "a/b", "github:a/b", "http://h/x.tgz", "file:x", "./x", "../x", "/x", "~/x", ".", "x.tgz", "X.TAR.GZ",
		"npm:../x", "npm:@a", "npm:x@file:y", "link:x", "workspace:*", "C:\\x", "1\n2", strings.Repeat("1", 300)} {
		assert.False(t, nodebridge.FromRegistry(text), "%q", text)
	}
}

func TestLockKeepsAddressesOfTheRegistryAlone(t *testing.T) {
	clean, refused, err := nodebridge.CleanLock([]byte(`{"name":"x","version":"1","lockfileVersion":2,"requires":true,"packages":{
		"":{"name":"x","workspaces":["p"],"devDependencies":{"d":"1"}},
		"node_modules/a":{"version":"1.0.0","resolved":"https://packages.example.org/a/-/a-1.0.0.tgz","integrity":"sha512-x"},
		"node_modules/b":{"version":"1.0.0","resolved":"http://packages.example.org/b/-/b-1.0.0.tgz","integrity":"sha512-x"},
		"node_modules/c":{"version":"1.0.0","resolved":"http://169.254.169.254/latest","integrity":"sha512-x"},
		"node_modules/d":{"version":"1.0.0","dev":true},
		"node_modules/e":{"version":"1.0.0","resolved":"https://packages.example.org/e/-/e-1.0.0.tgz"},
		"node_modules/f":{"version":"1.0.0","resolved":false}
	},"dependencies":{"a":{"version":"git+ssh://x"}}}`), "http://packages.example.org/")
	require.NoError(t, err)
	assert.Empty(t, refused)
	assert.JSONEq(t, `{"name":"plugin-dependencies","lockfileVersion":3,"requires":true,"packages":{
		"":{"name":"plugin-dependencies"},
		"node_modules/a":{"version":"1.0.0","resolved":"https://packages.example.org/a/-/a-1.0.0.tgz","integrity":"sha512-x"},
		"node_modules/b":{"version":"1.0.0","resolved":"http://packages.example.org/b/-/b-1.0.0.tgz","integrity":"sha512-x"},
		"node_modules/c":{"version":"1.0.0","integrity":"sha512-x"},
		"node_modules/e":{"version":"1.0.0"},
		"node_modules/f":{"version":"1.0.0"}}}`, string(clean))
}

// What comes out is valid, and cleaning it again changes nothing and refuses the same.
func FuzzLock(f *testing.F) {
	f.Add([]byte(`{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0","resolved":"https://packages.example.org/a.tgz","integrity":"x"}}}`))
	f.Add([]byte(`{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"dev":true}}}}}`))
	f.Add([]byte(`{"packages":{"../x":{"link":true,"resolved":"file:.."}}}`))
	f.Add([]byte(`{"packages":null,"dependencies":{"a":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		clean, refused, err := nodebridge.CleanLock(text, "")
		if err != nil {
			return
		}
		require.True(t, json.Valid(clean))
		again, refusedAgain, err := nodebridge.CleanLock(clean, "")
		require.NoError(t, err)
		require.Equal(t, string(clean), string(again))
		require.ElementsMatch(t, refused, refusedAgain)
	})
}

func FuzzPackageJSON(f *testing.F) {
	f.Add([]byte(`{"dependencies":{"a":"^1"},"overrides":{"a":{"b":"$c"}}}`))
	f.Add([]byte("\ufeff{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		clean, refused, err := nodebridge.CleanPackageJSON(text)
		if err != nil {
			return
		}
		again, refusedAgain, err := nodebridge.CleanPackageJSON(clean)
		require.NoError(t, err)
		require.Equal(t, string(clean), string(again))
		require.Equal(t, refused, refusedAgain)
	})
}
