package process

import (
	"slices"

	"golang.org/x/sys/unix"
)

// Offsets in the kernel's struct seccomp_data.
const (
	callNumber = 0
	callArch   = 4
	firstArg   = 16 // its low half, on little-endian machines, as of those that follow
	secondArg  = 24
	thirdArg   = 32
)

// callFilter is the program that the kernel runs on each call: another machine's calls do not
// exist, clone3 does not either (its flags cannot be seen; libraries then use clone), what is forbidden is not permitted.
func callFilter(noInternet bool) []unix.SockFilter {
	unknown, refused := refuse(unix.ENOSYS), refuse(unix.EPERM)
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
	namespaces := []unix.SockFilter{load(firstArg), unless(unix.BPF_JSET, newNamespace, 1), refused}
	filter = append(filter, rule(unix.SYS_CLONE, namespaces)...)
	filter = append(filter, rule(unix.SYS_UNSHARE, namespaces)...)
	filter = append(filter, rule(unix.SYS_FCNTL, leaseRule())...)
	filter = append(filter, rule(unix.SYS_SOCKET, socketRule(noInternet))...)
	return append(filter, allowed)
}

// rule looks at the arguments of one call. What its body does not answer is allowed.
func rule(call uint32, body []unix.SockFilter) []unix.SockFilter {
	r := append([]unix.SockFilter{unless(unix.BPF_JEQ, call, uint8(len(body)+1))}, body...)
	return append(r, allowed)
}

// leaseRule refuses leases.
func leaseRule() []unix.SockFilter {
	body := []unix.SockFilter{load(secondArg)}
	for _, lease := range leases {
		body = append(body, unless(unix.BPF_JEQ, lease, 1), refuse(unix.EPERM))
	}
	return body
}

// socketRule lets through families, without the protocols that are hidden.
func socketRule(noInternet bool) []unix.SockFilter {
	body := []unix.SockFilter{load(firstArg)}
	known := families
	if !noInternet {
		known = append(slices.Clone(known), internet...)
	}
	for i, family := range known { // past those that follow, and past the answer
		body = append(body, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: family, Jt: uint8(len(known) - i)})
	}
	body = append(body, refuse(unix.EAFNOSUPPORT), load(thirdArg))
	for _, protocol := range hiddenProtocols {
		body = append(body, unless(unix.BPF_JEQ, protocol, 1), refuse(unix.EPROTONOSUPPORT))
	}
	return body
}

var allowed = unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}

// refuse answers a call with an error.
func refuse(e unix.Errno) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(e)}
}

// load takes up what the next comparisons look at.
func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

// unless skips the next n instructions if the comparison does not hold.
func unless(compare uint16, with uint32, n uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | compare | unix.BPF_K, K: with, Jf: n}
}
