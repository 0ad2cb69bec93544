package guest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"syscall"
)

// Listen returns the listener that the host made for this plugin. Every request to the
// plugin arrives there. It can be called once.
func Listen() (net.Listener, error) {
	fd, err := strconv.Atoi(os.Getenv("LISTEN_FD"))
	if err != nil {
		return nil, errors.New("LISTEN_FD names no descriptor: start this program as a plugin of App Zone")
	}
	// Go waits in its own poller only for descriptors that do not block.
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, fmt.Errorf("prepare the listener on descriptor %d: %w", fd, err)
	}
	f := os.NewFile(uintptr(fd), "listener")
	l, err := net.FileListener(f)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("listen on descriptor %d: %w", fd, err)
	}
	return l, nil
}

// DataDir is the plugin's private folder. It is kept across restarts and versions.
func DataDir() string {
	if dir := os.Getenv("APPZONE_DATA_DIR"); dir != "" {
		return dir
	}
	return "/data"
}

// Settings decodes the plugin's settings into v, which is left as it is when there are none.
func Settings(v any) error {
	name := os.Getenv("APPZONE_SETTINGS_FILE")
	if name == "" {
		return nil
	}
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("the settings in %s: %w", name, err)
	}
	return nil
}
