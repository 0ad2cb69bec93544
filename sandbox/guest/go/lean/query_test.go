package lean_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"appzone/sandbox/guest/go/lean"
)

func TestQuery(t *testing.T) {
	r := &lean.Request{RawQuery: "a=1&a=2&b+c=%26+x&bad=%zz&%zz=1&empty"}
	for name, want := range map[string]string{"a": "1", "b c": "& x", "bad": "", "empty": "", "none": ""} {
		assert.Equal(t, want, r.Query(name), name)
	}
}

func TestHeader(t *testing.T) {
	h := lean.Header{{Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}}
	assert.Equal(t, "1", h.Get("X-a"))
	assert.Equal(t, []string{"1", "2"}, h.Values("X-A"))
	assert.Empty(t, h.Get("X-B"))
}
