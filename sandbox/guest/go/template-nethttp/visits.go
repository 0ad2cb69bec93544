package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	guest "appzone/sandbox/guest/go"
)

// counting keeps requests, which run at the same time, from counting at once.
var counting sync.Mutex

// visit counts one more visit and returns their number, which outlives restarts and upgrades.
func visit() (int, error) {
	counting.Lock()
	defer counting.Unlock()
	file := filepath.Join(guest.DataDir(), "visits")
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(b))) // an empty or damaged file starts over
	n++
	// A rename replaces the file as a whole, whatever happens in between.
	if err := os.WriteFile(file+".new", fmt.Appendln(nil, n), 0o600); err != nil {
		return 0, err
	}
	return n, os.Rename(file+".new", file)
}
