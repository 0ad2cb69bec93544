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

// families are the kinds of sockets that programs have: paths, IP, and what the C library asks about addresses. Others are
// seldom used, seldom looked at, and AF_VSOCK, which leads to the hypervisor, belongs to no network namespace.
var families = []uint32{unix.AF_UNIX, unix.AF_NETLINK}

// internet are the families besides, for those that have a network, or an empty one of their own.
var internet = []uint32{unix.AF_INET, unix.AF_INET6}

// hiddenProtocols of IP are TCP that Landlock does not see: multipath, and shared memory (IPPROTO_SMC). Programs take TCP where
// a kernel does not have them.
var hiddenProtocols = []uint32{unix.IPPROTO_MPTCP, 256}

// leases are the commands of fcntl by which whoever may read a file makes others wait for it, for 45 seconds and again: the
// host, and every program that shares the file (F_SETLEASE, F_SETDELEG).
var leases = []uint32{1024, 1040}

// newNamespace are the flags of clone and unshare that make a namespace.
const newNamespace = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

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
	filter := callFilter(o.Plan.noInternet(o.Jail))
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	const flags = unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return fmt.Errorf("set a filter of system calls: %w", errno)
	}
	return nil
}
