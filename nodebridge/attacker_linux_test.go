package nodebridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attack tries what needs no interpreter, and tells of each attempt in a line "name: outcome".
func attack() int {
	for _, a := range attempts() {
		outcome := "REACHED"
		if err := a.try(); err != nil {
			outcome = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Printf("%s: %s\n", a.name, outcome)
	}
	return 0
}

type attempt struct {
	name string
	try  func() error
}

func attempts() []attempt {
	env := os.Getenv
	all := []attempt{
		{"elf unix, abstract", func() error { return dialOut("unix", "@"+env("ABSTRACT")) }},
		{"elf unix, of the host", func() error { return dialOut("unix", env("HOST_SOCKET")) }},
		{"elf interfaces", seeInterfaces},
		{"elf names", lookOut},
		{"elf network of the init", joinInit},
		{"elf network of its own", func() error { return unix.Unshare(unix.CLONE_NEWUSER | unix.CLONE_NEWNET) }},
		{"elf ring", func() error { return openRing() }},
		{"elf descriptors of the init", stealFromInit},
		{"elf trace of the init", func() error { return unix.PtraceAttach(1) }},
		{"elf descriptors through the egress", passDescriptors},
	}
	for name, address := range map[string]string{
		"loopback": env("CANARY"), "the machine's address": env("LAN"), "metadata": "169.254.169.254:80", "elsewhere": "192.0.2.1:80",
	} {
		all = append(all,
			attempt{"elf tcp, " + name, func() error { return dialOut("tcp", address) }},
			attempt{"elf tcp mapped, " + name, func() error { return connectMapped(address) }},
			attempt{"elf udp, " + name, func() error { return sendOut(address) }})
	}
	for name, kind := range map[string][3]int{
		"raw":    {unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_RAW},
		"icmp":   {unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP},
		"packet": {unix.AF_PACKET, unix.SOCK_RAW, 0x300},
		"vsock":  {unix.AF_VSOCK, unix.SOCK_STREAM, 0},
		"alg":    {unix.AF_ALG, unix.SOCK_SEQPACKET, 0},
		"xdp":    {unix.AF_XDP, unix.SOCK_RAW, 0},
		"mptcp":  {unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP},
		"smc":    {unix.AF_SMC, unix.SOCK_STREAM, 0},
		"tipc":   {unix.AF_TIPC, unix.SOCK_STREAM, 0},
	} {
		all = append(all, attempt{"elf socket, " + name, func() error {
			fd, err := unix.Socket(kind[0], kind[1], kind[2])
			if err == nil {
				_ = unix.Close(fd)
			}
			return err
		}})
	}
	return all
}

const attackTimeout = 2 * time.Second

func dialOut(network, address string) error {
	c, err := net.DialTimeout(network, address, attackTimeout)
	if err == nil {
		_ = c.Close()
	}
	return err
}

// sendOut sends a datagram. That the kernel takes it says nothing: whether it arrives is seen outside.
func sendOut(address string) error {
	c, err := net.DialTimeout("udp", address, attackTimeout)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "out"); err != nil {
		return err
	}
	return errors.New("sent, which tells nothing")
}

// connectMapped connects to an IPv4 address by its IPv6 form.
func connectMapped(address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Sec: 2})
	return unix.Connect(fd, &unix.SockaddrInet6{Addr: to.Addr().As16(), Port: int(to.Port())})
}

func seeInterfaces() error {
	list, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range list {
		if i.Flags&net.FlagLoopback == 0 && i.Flags&net.FlagUp != 0 {
			return nil
		}
	}
	return errors.New("a loopback alone")
}

func lookOut() error {
	ctx, cancel := context.WithTimeout(context.Background(), attackTimeout)
	defer cancel()
	_, err := (&net.Resolver{PreferGo: true}).LookupHost(ctx, "example.com.")
	return err
}

func joinInit() error {
	f, err := os.Open("/proc/1/ns/net")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
}

func openRing() error {
	var parameters [120]byte
	_, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 8, uintptr(unsafe.Pointer(&parameters[0])), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// stealFromInit takes the descriptors of the jail's first process, which has a channel to the host. (Root's user id may count
// them.)
func stealFromInit() error {
	fd, err := unix.PidfdOpen(1, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for n := range 16 {
		var stolen int
		if stolen, err = unix.PidfdGetfd(fd, n, 0); err == nil {
			_ = unix.Close(stolen)
			return nil
		}
		var f *os.File
		if f, err = os.Open(fmt.Sprintf("/proc/1/fd/%d", n)); err == nil {
			_ = f.Close()
			return nil
		}
	}
	return err
}

// passDescriptors sends descriptors along with a request, and looks for some with the answer.
func passDescriptors() error {
	c, err := net.Dial("unix", os.Getenv("APPZONE_EGRESS"))
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * attackTimeout))
	request := []byte("CONNECT " + os.Getenv("GREETER") + " HTTP/1.1\r\nHost: x\r\n\r\n")
	rights := unix.UnixRights(0, 1, 2)
	if _, _, err := c.(*net.UnixConn).WriteMsgUnix(request, rights, nil); err != nil {
		return err
	}
	data, control := make([]byte, 4096), make([]byte, 4096)
	n, got, _, _, err := c.(*net.UnixConn).ReadMsgUnix(data, control)
	if err != nil {
		return err
	}
	if got > 0 {
		return nil
	}
	return fmt.Errorf("no descriptors with %.15q", data[:n])
}
