package process

import "golang.org/x/sys/unix"

// auditArch is this machine's name in seccomp, 0 where its calls are not known here.
const auditArch = unix.AUDIT_ARCH_AARCH64

// otherCalls is where the numbers of another set of calls begin: here there is none.
const otherCalls = 0x40000000
