package main

import (
	"net"
	"sync"
)

// peer is a server that programs connect to. A connection's first byte says what it does: 'e' sends one byte back, 'p' sends
// until the other side has enough.
type peer struct {
	listener net.Listener
	open     sync.WaitGroup
}

// servePeer starts one. The caller closes it, after those that are connected to it have ended.
func servePeer() (*peer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &peer{listener: l}
	p.open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.open.Go(func() { answerPeer(c) })
		}
	})
	return p, nil
}

func (p *peer) address() string { return p.listener.Addr().String() }

func (p *peer) close() {
	_ = p.listener.Close()
	p.open.Wait()
}

func answerPeer(c net.Conn) {
	defer c.Close()
	var first [1]byte
	if _, err := c.Read(first[:]); err != nil {
		return
	}
	if first[0] == 'e' {
		_, _ = c.Write(first[:])
		_, _ = c.Read(first[:]) // until the other side closes
		return
	}
	block := make([]byte, 256<<10)
	for {
		if _, err := c.Write(block); err != nil {
			return
		}
	}
}
