package api

import (
	"bytes"
	"time"

	"appzone/host"
)

const (
	// catchUpTries bounds the wait for events that were published and are not stored yet.
	catchUpTries = 20
	catchUpPause = 100 * time.Millisecond
)

// sendEvents is the stream: what is stored since the reader stopped, then what happens. A reader that is too
// slow loses its subscription and goes on from the store.
func (s *Server) sendEvents(st *stream, f eventFilter, sub *host.Subscription) error {
	if _, err := st.Write([]byte(retryEvents)); err != nil {
		return err
	}
	last := f.after
	if !f.resume {
		last = sub.Start
	}
	defer func() { sub.Close() }()
	for {
		again, err := s.follow(st, f, sub, &last)
		if err != nil || !again {
			return err
		}
		sub = s.host.Bus().Subscribe()
	}
}

// follow sends one subscription's events; again tells that the reader fell behind.
func (s *Server) follow(st *stream, f eventFilter, sub *host.Subscription, last *uint64) (again bool, err error) {
	if err := s.catchUp(st, f, last, sub.Start); err != nil {
		return false, err
	}
	for {
		select {
		case e, ok := <-sub.C:
			if !ok {
				return sub.Lost(), nil
			}
			*last = max(*last, e.Seq)
			if err := sendEvent(st, f, e); err != nil {
				return false, err
			}
		case <-st.beat.C:
			if err := st.alive(); err != nil {
				return false, err
			}
		case <-st.ctx.Done():
			return false, nil
		}
	}
}

// catchUp sends the stored events after last up to upTo. The newest may still be on their way to the store.
func (s *Server) catchUp(st *stream, f eventFilter, last *uint64, upTo uint64) error {
	for tries := 0; *last < upTo && tries < catchUpTries; {
		page, err := s.host.Bus().Since(st.ctx, *last, "", catchUpPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.Seq > upTo {
				return nil
			}
			*last = e.Seq
			if err := sendEvent(st, f, e); err != nil {
				return err
			}
		}
		if len(page) > 0 {
			continue
		}
		tries++
		select {
		case <-time.After(catchUpPause):
		case <-st.ctx.Done():
			return nil
		}
	}
	return nil
}

func sendEvent(st *stream, f eventFilter, e host.Event) error {
	if !f.wants(e) {
		return nil
	}
	var b bytes.Buffer
	if err := appendEvent(&b, e.Seq, e.Type, e); err != nil {
		return err
	}
	_, err := st.Write(b.Bytes())
	return err
}
