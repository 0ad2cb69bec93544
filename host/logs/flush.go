package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// errSlowDisk is why lines were lost that never got as far as the disk.
var errSlowDisk = errors.New("the disk is too slow")

// run writes what is pending until Close. It sleeps while nothing is.
func (l *Log) run() {
	for {
		select {
		case <-l.wake:
			l.linger()
			l.flush()
			l.settle()
		case <-l.done:
			l.flush()
			l.flush() // the report of the first, if the disk came back just then
			return
		}
	}
}

// linger lets more lines gather before they are written in one go.
func (l *Log) linger() {
	t := time.NewTimer(flushEvery)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.urgent:
	case <-l.done:
	}
}

// settle reports dropped lines when the flood is over and nobody else will.
func (l *Log) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gate.lines == 0 || l.closed {
		return
	}
	if l.gate.fill(time.Now()) {
		l.say(l.gate.report())
	}
	signal(l.wake)
}

// flush writes what is pending, and returns when it is on its way to the disk.
func (l *Log) flush() {
	l.io.Lock()
	defer l.io.Unlock()
	l.mu.Lock()
	chunk := l.pending
	l.pending, l.spare = l.spare[:0], nil
	l.mu.Unlock()
	if len(chunk) == 0 {
		l.recycle(chunk)
		return
	}
	n, err := l.files.write(chunk)
	lost := bytes.Count(chunk[n:], []byte("\n"))
	l.recycle(chunk)
	l.account(lost, err)
}

// recycle keeps the buffer for the next lines, unless a flood made it large.
func (l *Log) recycle(chunk []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cap(chunk) <= flushBytes {
		l.spare = chunk[:0]
	}
}

// account counts the lines that a write lost, and tells about them once the disk takes lines again.
func (l *Log) account(lost int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.lost += lost
		l.lostErr = reason(err)
		return
	}
	if l.lost > 0 {
		text := fmt.Sprintf("%d lines could not be stored: %v", l.lost, l.lostErr)
		l.lost, l.lostErr = 0, nil
		l.say(text)
	}
}

// reason is what the system said, without the path, which is nobody's business in a plugin's log.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
