package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// controlEnv names the descriptor on which an instance tells the host about itself, one JSON
// object a line. It is optional, and guests do not see it.
const controlEnv = "APPZONE_CONTROL_FD"

// control is the instance's end of it; nil when there is none.
type control struct {
	out  *json.Encoder
	said map[string]bool // notices
}

// takeControl takes the descriptor out of the environment.
func takeControl() *control {
	fd, err := strconv.Atoi(os.Getenv(controlEnv))
	_ = os.Unsetenv(controlEnv)
	if err != nil || fd < listenerFD {
		return nil
	}
	unix.CloseOnExec(fd)
	return &control{said: map[string]bool{}, out: json.NewEncoder(os.NewFile(uintptr(fd), "control"))}
}

// listen tells that the guest waits for connections. A host that does not listen any more is
// no reason to stop serving.
func (c *control) listen() {
	if c != nil {
		_ = c.out.Encode(map[string]string{"event": "listen"})
	}
}

// noticesMax bounds the notices of one instance.
const noticesMax = 50

// notice tells the author of the guest, on standard error and once each, what the guest itself may not say.
func (c *control) notice(message string) {
	if c == nil || c.said[message] || len(c.said) >= noticesMax {
		return
	}
	c.said[message] = true
	fmt.Fprintln(os.Stderr, "appzone: "+oneLine(message))
}
