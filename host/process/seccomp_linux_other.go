//go:build linux && !amd64 && !arm64

package process

// auditArch is this machine's name in seccomp, 0 where its calls are not known here.
const auditArch = 0

const otherCalls = 0x40000000
