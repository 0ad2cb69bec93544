package logs

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// What bounds a log.
const (
	flushEvery = 200 * time.Millisecond
	// flushBytes pending are written without waiting.
	flushBytes = 256 << 10
	// pendingBytes is what may wait for a slow disk; lines beyond it are lost to the disk, not to followers.
	pendingBytes = 2 << 20
)

// Options say where a log is and what bounds it.
type Options struct {
	// Dir is the log's own folder, made if it is missing (0700).
	Dir string
	// FileBytes is the size at which a file is followed by the next. Default 4 MiB, at most 64 MiB.
	FileBytes int64
	// Files is how many files are kept. Default 4, at least 2.
	Files int
	// BytesPerSecond bounds what is kept of stdout and stderr, counted as it is stored (a line's text as JSON and
	// about 80 bytes). Default 256 KiB, and four seconds of it at once.
	BytesPerSecond int64
}

func (o Options) withDefaults() Options {
	if o.FileBytes <= 0 {
		o.FileBytes = 4 << 20
	}
	o.FileBytes = min(o.FileBytes, 64<<20)
	if o.Files <= 0 {
		o.Files = 4
	}
	o.Files = max(o.Files, 2)
	o.BytesPerSecond = rateOrDefault(o.BytesPerSecond)
	return o
}

func rateOrDefault(rate int64) int64 {
	if rate <= 0 {
		return 256 << 10
	}
	return rate
}

// Log is one plugin's log. Safe for concurrent use.
type Log struct {
	dir   string
	files *files // guarded by io

	wake   chan struct{} // something is pending
	urgent chan struct{} // much is pending
	done   chan struct{} // closed by Close
	group  sync.WaitGroup

	io sync.Mutex // held while files are written; taken before mu

	mu      sync.Mutex // guards what follows
	closed  bool
	next    uint64 // the next line's sequence number
	ring    ring
	gate    gate
	pending []byte
	spare   []byte // a written buffer, to be used again
	lost    int    // lines that the disk did not take since it last took any
	lostErr error
	readers map[chan struct{}]struct{}
}

// Open opens the log in o.Dir, or starts one. What a crash left of a last line is cut off.
func Open(o Options) (*Log, error) {
	o = o.withDefaults()
	files, next, err := openFiles(o)
	if err != nil {
		return nil, fmt.Errorf("open log %s: %w", o.Dir, err)
	}
	l := &Log{
		dir: o.Dir, files: files, next: next,
		wake: make(chan struct{}, 1), urgent: make(chan struct{}, 1), done: make(chan struct{}),
		gate:    newGate(o.BytesPerSecond, time.Now()),
		readers: map[chan struct{}]struct{}{},
	}
	l.group.Go(l.run)
	return l, nil
}

// Remove deletes the log in dir, which must not be open. A missing one is no error.
func Remove(dir string) error { return os.RemoveAll(dir) }

// Append adds a line. It never waits for the disk. Text that is not UTF-8 is repaired and what is longer
// than [MaxText] cut. Lines of the streams other than [Host] count against the rate. After Close it does nothing.
func (l *Log) Append(t time.Time, stream, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if stream != Host {
		if !l.gate.admit(time.Now(), len(text)) {
			signal(l.wake) // the goroutine reports it if no more lines come
			return
		}
		l.say(l.gate.report())
	}
	stored := l.add(Line{Time: t.Round(0).UTC(), Stream: stream, Text: clean(text)})
	if stream != Host {
		l.gate.spend(stored)
	}
}

// SetRate changes what Options.BytesPerSecond said; 0 is its default.
func (l *Log) SetRate(bytesPerSecond int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gate.fill(time.Now())
	l.gate.rate = float64(rateOrDefault(bytesPerSecond))
}

// Close writes what is pending, ends all followers and waits for them. Lines that no reader takes meanwhile are
// not waited for long.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		l.group.Wait()
		return nil
	}
	l.say(l.gate.report())
	l.closed = true
	l.mu.Unlock()
	close(l.done)
	l.group.Wait()
	l.io.Lock()
	defer l.io.Unlock()
	return l.files.close()
}

// add numbers the line, hands it on, and returns its length as it is stored. The caller holds mu.
func (l *Log) add(line Line) int {
	line.Seq = l.next
	l.next++
	l.ring.push(line)
	stored := line.encode()
	if len(l.pending)+len(stored) > pendingBytes {
		l.lost++
		l.lostErr = errSlowDisk
	} else {
		l.pending = append(l.pending, stored...)
	}
	signal(l.wake)
	if len(l.pending) >= flushBytes {
		signal(l.urgent)
	}
	for r := range l.readers {
		signal(r)
	}
	return len(stored)
}

// say adds a line of the host, unless it is empty. The caller holds mu.
func (l *Log) say(text string) {
	if text != "" {
		l.add(Line{Time: time.Now().Round(0).UTC(), Stream: Host, Text: clean(text)})
	}
}

// signal wakes who waits on c, if it is not woken already.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
