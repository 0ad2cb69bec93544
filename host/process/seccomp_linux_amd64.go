package process

import "golang.org/x/sys/unix"

// auditArch is this machine's name in seccomp, 0 where its calls are not known here.
const auditArch = unix.AUDIT_ARCH_X86_64

// otherCalls is where the numbers of another set of calls begin (x32's).
const otherCalls = 0x40000000
