package encode_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/require"

	"appzone/host/encode"
)

func TestBrotliIsKeptWhenItIsSmaller(t *testing.T) {
	text := []byte(strings.Repeat("<p>the same words again and again</p>\n", 500))
	small, ok := encode.Brotli(text, int64(len(text)))
	require.True(t, ok)
	back, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small)))
	require.NoError(t, err)
	require.Equal(t, text, back)

	_, ok = encode.Brotli(text, int64(len(small)))
	require.False(t, ok, "a copy that saves less than a twentieth is not worth its place")
}
