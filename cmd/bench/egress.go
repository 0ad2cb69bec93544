package main

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"strconv"
)

//go:embed testdata/egress.js
var nodeEgress string

const goEgress = "go build -trimpath -ldflags=-s -o OUT ./cmd/bench/testdata/egress"

// caller is a program that dials out: a plugin behind its walls, or one that was started by hand.
type caller struct {
	name string
	h    *host // or a program that stands in its place, without a token
	url  string
}

// egress compares connections through the host's relay with direct ones.
func (b *bench) egress(ctx context.Context) error {
	fmt.Println("\nconnections of programs through the host's relay against direct ones (CPU of relay and program share this machine's cores)")
	peer, err := servePeer()
	if err != nil {
		return err
	}
	defer peer.close()
	h, err := b.startHost(ctx, "egress-data")
	if err != nil {
		return err
	}
	defer h.stop()
	bareNode, err := b.bareNode(ctx)
	if err != nil {
		return err
	}
	defer bareNode.h.stop()
	native, err := b.nativeGo(ctx)
	if err != nil {
		return err
	}
	defer native.h.stop()
	callers := []caller{bareNode, {}, native, {}}
	for i, g := range []guest{
		{name: "Node, relayed", node: true, entry: "app/index.js", code: nodeEgress},
		{name: "Go in WASM, relayed", entry: "app/plugin.wasm", build: goEgress},
	} {
		code, err := g.compile(ctx, b)
		if err != nil {
			return err
		}
		zip, err := g.pack(fmt.Sprintf("egress-%d", i), code, peer.address())
		if err != nil {
			return err
		}
		id, err := h.install(ctx, zip)
		if err != nil {
			return err
		}
		callers[2*i+1] = caller{g.name, h, h.url + "/apps/" + id}
	}
	h.settle(ctx)
	return b.callAll(ctx, peer.address(), callers)
}

// callAll prints what the callers need, each pair of them one ratio: direct, relayed.
func (b *bench) callAll(ctx context.Context, to string, callers []caller) error {
	const connects, megabytes = 200, 128
	var connect, pull []runner
	for _, c := range callers {
		connect = append(connect, c.runner(fmt.Sprintf("/connect?to=%s&n=%d", to, connects)))
		pull = append(pull, c.runner(fmt.Sprintf("/pull?to=%s&mb=%d", to, megabytes)))
	}
	latency, err := b.turns(ctx, b.rounds+2, connect...)
	if err != nil {
		return err
	}
	time, err := b.turns(ctx, b.rounds+2, pull...)
	if err != nil {
		return err
	}
	for i, c := range callers {
		line := fmt.Sprintf("  %-20s %7.0f us for a connection and one byte there and back   %6.0f MB/s", c.name, median(latency[i]), megabytes*1e6/median(time[i]))
		if i%2 == 1 {
			line += fmt.Sprintf("   %.2f x the time of a direct one, %.2f x its MB/s", ratio(latency[i], latency[i-1], same), ratio(time[i-1], time[i], same))
		}
		fmt.Println(line)
	}
	return nil
}

// runner asks the caller for a number of microseconds.
func (c caller) runner(path string) runner {
	return runner{c.name, func(ctx context.Context) (float64, error) {
		text, err := c.h.ask(ctx, c.url+path)
		if err != nil {
			return 0, err
		}
		return strconv.ParseFloat(text, 64)
	}}
}

func (b *bench) bareNode(ctx context.Context) (caller, error) {
	if err := writeFiles(b.dir, map[string][]byte{"egress.js": []byte(nodeEgress)}); err != nil {
		return caller{}, err
	}
	return b.byHand(ctx, "Node, direct", "node", filepath.Join(b.dir, "egress.js"))
}

func (b *bench) nativeGo(ctx context.Context) (caller, error) {
	program := filepath.Join(b.dir, "egress")
	if _, err := buildGuest(ctx, program, goEgress); err != nil {
		return caller{}, err
	}
	return b.byHand(ctx, "Go native, direct", program)
}

// byHand starts a program that takes a port as its last argument. The caller stops it.
func (b *bench) byHand(ctx context.Context, name, program string, args ...string) (caller, error) {
	address, err := freeAddress()
	if err != nil {
		return caller{}, err
	}
	process, err := spawn(ctx, b.dir, nil, program, append(args, portOf(address))...)
	if err != nil {
		return caller{}, err
	}
	c := caller{name, &host{child: process}, "http://" + address}
	if err := process.answers(ctx, c.url); err != nil {
		process.stop()
		return caller{}, err
	}
	return c, nil
}
