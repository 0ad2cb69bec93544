package bundle_test

import (
	"bytes"
	"testing"

	"appzone/host/bundle"
	"appzone/host/bundletest"

	"github.com/stretchr/testify/require"
)

type (
	part = bundletest.Part
	end  = bundletest.End
)

// zipOf writes the parts and the end record; pages is a valid html plugin. clock is a valid script plugin.
var (
	zipOf = bundletest.Zip
	pages = bundletest.Pages
)

func clock(parameters string, more ...part) []part {
	return append([]part{
		{Name: "manifest.json", Data: `{"name":"Clock","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"clock",` + parameters + `}}`},
	}, more...)
}

func open(zip []byte) (*bundle.Bundle, error) {
	return bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
}

func mustOpen(t testing.TB, zip []byte) *bundle.Bundle {
	t.Helper()
	b, err := open(zip)
	require.NoError(t, err)
	require.NoError(t, b.Verify())
	return b
}

func paths(b *bundle.Bundle) []string {
	var all []string
	for _, e := range b.Entries {
		all = append(all, e.Path)
	}
	return all
}
