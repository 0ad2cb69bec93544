package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"appzone/host/manifest"
)

// B9: what is a downgrade is told by precedence, not by text.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.0.0", "1.0.0", 0},
		{"1.9.0", "1.10.0", -1},
		{"v1.9.0", "1.10.0", -1},
		{"1.0.0-rc.1", "1.0.0", -1},
		{"1.0.0-rc.2", "1.0.0-rc.10", -1},
		{"1.0.0+1", "1.0.0+2", 0},
		{"1", "1.0.0", 0},
		{"1.2", "1.1.9", 1},
		{"1.0.0.9", "1.0.0.10", -1},
		{"1.0.0.010", "1.0.0.10", 0},
		{"1.0.0", "1.0.0.1", -1},
		{"2024-02-01", "2024-10-01", -1},
		{"beta3", "beta20", -1},
		{"99999999999999999999999.1.1.1", "100000000000000000000000.0.0.0", -1},
		{"alpha", "beta", -1},
	} {
		assert.Equal(t, c.want, manifest.Compare(c.a, c.b), "%s and %s", c.a, c.b)
		assert.Equal(t, -c.want, manifest.Compare(c.b, c.a), "%s and %s", c.b, c.a)
	}
}
