//go:build !wasip1

package guest

import "errors"

// verify is for the sandbox alone: elsewhere there is no host to ask.
func verify(string) (string, error) { return "", errors.ErrUnsupported }
