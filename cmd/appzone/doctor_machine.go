package main

import (
	"context"
	"fmt"
	"time"

	"appzone/host/doctor"
	"appzone/nodebridge"
	"appzone/sandbox"
)

// filesMin is how many descriptors a host with some dozens of plugins needs, each of whose requests takes two.
const filesMin = 4096

// runtimes tries what runs script plugins.
func (x *examination) runtimes(ctx context.Context) ([]doctor.Finding, error) {
	var out []doctor.Finding
	node, _ := nodebridge.Probe(ctx, x.cfg.NodePath)
	switch {
	case node.Problem == "":
		out = append(out, doctor.RuntimeOK.Good("Node.js is usable", node.Version))
	case x.cfg.NodePath != "": // somebody wants it
		out = append(out, doctor.RuntimeMissing.Bad("the Node.js that XC_NODE_PATH names is not usable: Node plugins do not start", x.cfg.NodePath+": "+node.Problem,
			fmt.Sprintf("name the binary of Node.js %d or newer with XC_NODE_PATH, or remove the variable where node is in PATH", nodebridge.MinimumNode)))
	default:
		out = append(out, doctor.RuntimeMissing.Warn("Node.js is not usable: Node plugins do not start", node.Problem,
			fmt.Sprintf("install Node.js %d or newer, or name its binary with XC_NODE_PATH; html and WASM plugins do not need it", nodebridge.MinimumNode)))
	}
	if wasm := sandbox.Probe(); wasm.Problem != "" {
		out = append(out, doctor.RuntimeMissing.Warn("the WASM engine is not usable: WASM plugins do not start", wasm.Problem,
			"run the host on a 64-bit x86 or ARM processor, without what forbids memory to be executable (MemoryDenyWriteExecute= in the systemd unit)"))
	} else {
		out = append(out, doctor.RuntimeOK.Good("the WASM engine is usable", wasm.Version))
	}
	more, err := x.npm(ctx)
	return append(out, more...), err
}

// npm tells whether packages can be installed.
func (x *examination) npm(ctx context.Context) ([]doctor.Finding, error) {
	if _, problem := nodebridge.Probe(ctx, x.cfg.NodePath); problem != "" {
		return []doctor.Finding{doctor.NPMMissing.Warn("npm is not usable: Node plugins that need packages are not installed", problem,
			"install npm beside Node.js, or upload plugins with their node_modules")}, nil
	}
	return nil, nil
}

// checkLimits looks at what the system lets this process have.
func checkLimits(context.Context) ([]doctor.Finding, error) {
	files, known := maxFiles()
	switch {
	case !known:
		return nil, nil
	case files < filesMin:
		return []doctor.Finding{doctor.LimitsFiles.Warn(fmt.Sprintf("a process may have %d files open", files), "connections and plugins take descriptors; without them the host refuses requests",
			"LimitNOFILE=65536 in the systemd unit, or ulimit -Hn 65536 before serve")}, nil
	}
	return []doctor.Finding{doctor.LimitsOK.Good(fmt.Sprintf("a process may have %d files open", files), "")}, nil
}

// checkClock tells whether the clock can be right, and whether something keeps it right.
func checkClock(context.Context) ([]doctor.Finding, error) {
	out := doctor.Clock(doctor.Times{Now: time.Now()})
	if synchronised, known := clockSynchronised(); known && !synchronised {
		f := doctor.ClockUnknown.Good("the kernel does not know that the clock is kept right", "a virtual machine's or a container's may be kept from outside")
		f.Fix = "timedatectl set-ntp true, or chrony"
		out = append(out, f)
	}
	return out, nil
}
