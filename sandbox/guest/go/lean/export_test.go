package lean

import (
	"bytes"
	"io"
)

// Parse reads one request and its body of text.
func Parse(text []byte) (*Request, []byte, error) {
	c := conn{server: &Server{}, in: newInput(bytes.NewReader(text))}
	if err := c.readHead(); err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(c.request.Body)
	return &c.request, b, err
}
