package process

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden are system calls that no plugin needs and that have often led into the kernel: keys
// of other sessions, programs inside the kernel, its counters, page faults served by the program, rings that
// pass by other filters, and moving into namespaces.
var forbidden = []uint32{
	unix.SYS_ADD_KEY, unix.SYS_KEYCTL, unix.SYS_REQUEST_KEY,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	unix.SYS_SETNS, unix.SYS_KEXEC_LOAD, unix.SYS_OPEN_BY_HANDLE_AT,
}

// newNamespace are the flags of clone and unshare that make a namespace.
const newNamespace = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// Offsets in the kernel's struct seccomp_data.
const (
	callNumber = 0
	callArch   = 4
	firstArg   = 16 // its low half: the flags of clone and unshare, on little-endian machines
	thirdArg   = 32 // its low half: the protocol of socket
)

// hasSeccomp says that the kernel can refuse system calls, on a machine whose calls are known here.
func hasSeccomp() bool {
	action := uint32(unix.SECCOMP_RET_ERRNO)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	return errno == 0 && auditArch != 0
}

// filterCalls refuses what is forbidden to every thread of this process and its descendants. It needs
// no_new_privs.
func (o *order) filterCalls() error {
	if !o.Plan.Seccomp {
		return nil
	}
	filter := callFilter()
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	const flags = unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return fmt.Errorf("set a filter of system calls: %w", errno)
	}
	return nil
}

// callFilter is the program that the kernel runs on each call: another machine's calls do not
// exist, clone3 does not either (its flags cannot be seen; libraries then use clone), what is forbidden is not permitted.
func callFilter() []unix.SockFilter {
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	answer := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	// unless skips the next n instructions if the comparison does not hold.
	unless := func(compare uint16, with uint32, n uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | compare | unix.BPF_K, K: with, Jf: n}
	}
	refused := answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
	unknown := answer(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS))
	filter := []unix.SockFilter{
		load(callArch),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: auditArch, Jt: 1},
		unknown,
		load(callNumber),
		unless(unix.BPF_JGE, otherCalls, 1),
		unknown,
		unless(unix.BPF_JEQ, unix.SYS_CLONE3, 1),
		unknown,
	}
	for _, call := range forbidden {
		filter = append(filter, unless(unix.BPF_JEQ, call, 1), refused)
	}
	for _, call := range []uint32{unix.SYS_CLONE, unix.SYS_UNSHARE} {
		filter = append(filter,
			unless(unix.BPF_JEQ, call, 4), load(firstArg), unless(unix.BPF_JSET, newNamespace, 1), refused,
			answer(unix.SECCOMP_RET_ALLOW))
	}
	// Multipath TCP is TCP that Landlock does not see. Programs take TCP where a kernel does not have it.
	return append(filter,
		unless(unix.BPF_JEQ, unix.SYS_SOCKET, 3), load(thirdArg), unless(unix.BPF_JEQ, unix.IPPROTO_MPTCP, 1),
		answer(unix.SECCOMP_RET_ERRNO|uint32(unix.EPROTONOSUPPORT)),
		answer(unix.SECCOMP_RET_ALLOW))
}
