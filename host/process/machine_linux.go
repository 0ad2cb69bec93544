package process

import (
	"os"

	"golang.org/x/sys/unix"
)

func probeMachine() Capabilities {
	c := Capabilities{System: "linux", Root: os.Geteuid() == 0, NoNewPrivileges: true, Problems: map[string]string{}}
	if abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno == 0 {
		c.Landlock = int(abi)
	}
	return c
}

func (o *order) probe() Capabilities { return Capabilities{} }
