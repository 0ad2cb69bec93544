package process

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// maxLine is where a line is cut.
	maxLine = 16 << 10
	// readSize is how much one read takes from a pipe.
	readSize = 32 << 10
	// lastLines is how many lines before its end a program may have said on stderr why.
	lastLines = 1000
	// floodPause slows the reading of a flood, so that dropping it costs the host little: the writer waits for its
	// pipe. It doubles while the flood goes on, to floodMost.
	floodPause = 5 * time.Millisecond
	floodMost  = 40 * time.Millisecond
	// smallRead is little for one read. smallReads of them a second, and as many at once, are taken as they come; then
	// more is let gather, so that a program that writes each letter by itself costs no more than others.
	smallRead  = 4 << 10
	smallReads = 200
	// lineCost is what a line costs beside its text: it is handed on and stored with its time.
	lineCost = 80
)

// output reads what a child writes. Two goroutines, one for each stream, hand over lines one
// at a time.
type output struct {
	deliver func(Line)
	signs   []Sign
	pipes   [2]*os.File
	readers sync.WaitGroup

	mu   sync.Mutex // serialises deliver, guards what follows
	rate rate
	sign Limit // the newest sign on stderr
	said int   // lines on stderr since then
}

// newOutput makes the pipes; it returns the child's ends.
func newOutput(spec Spec) (*output, []*os.File, error) {
	o := &output{deliver: spec.Output, signs: slices.Concat(spec.Signs, commonSigns), rate: rate{perSecond: float64(spec.Limits.LogBytesPerSecond)}}
	if o.deliver == nil {
		o.deliver = func(Line) {}
	}
	var theirs []*os.File
	for i := range o.pipes {
		r, w, err := os.Pipe()
		if err != nil {
			o.close()
			closeAll(theirs)
			return nil, nil, err
		}
		o.pipes[i] = r
		theirs = append(theirs, w)
	}
	return o, theirs, nil
}

func (o *output) start() {
	o.readers.Go(func() { o.read(Stdout, o.pipes[0]) })
	o.readers.Go(func() { o.read(Stderr, o.pipes[1]) })
}

// finish waits until both streams are at their end, at most for limit, and closes them.
func (o *output) finish(limit time.Duration) {
	for _, p := range o.pipes {
		_ = p.SetReadDeadline(time.Now().Add(limit))
	}
	o.readers.Wait()
	o.close()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tellDropped(time.Now())
}

func (o *output) close() {
	for _, p := range o.pipes {
		if p != nil {
			_ = p.Close()
		}
	}
}

// read cuts one stream into lines until its end. It holds at most one line and one read.
func (o *output) read(stream Stream, pipe *os.File) {
	chunk := make([]byte, readSize)
	var rest []byte
	var pace pace
	for {
		n, err := pipe.Read(chunk)
		var dropped bool
		rest, dropped = o.lines(stream, append(rest, chunk[:n]...), err != nil)
		if err != nil {
			return
		}
		if pause := pace.after(time.Now(), n, dropped); pause > 0 {
			time.Sleep(pause)
		}
	}
}

// lines hands over the whole lines in text, and returns what is left (at most maxLine bytes, nothing
// at the end) and whether one of them was dropped.
func (o *output) lines(stream Stream, text []byte, end bool) (rest []byte, dropped bool) {
	now := time.Now()
	rest = text
	for len(rest) > 0 {
		cut, next := bytes.IndexByte(rest, '\n'), 0
		switch {
		case cut >= 0 && cut <= maxLine:
			next = cut + 1
		case len(rest) > maxLine:
			cut, next = maxLine, maxLine
		case end:
			cut, next = len(rest), len(rest)
		case len(rest) == len(text): // not a copy for each part of a line
			return rest, dropped
		default:
			return append([]byte(nil), rest...), dropped
		}
		passed := o.line(now, stream, rest[:cut])
		if rest = rest[next:]; !passed {
			dropped, rest = true, o.skip(stream, rest)
		}
	}
	return nil, dropped
}

// line delivers one line or, above the rate, drops it.
func (o *output) line(now time.Time, stream Stream, text []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if stream == Stderr {
		o.findSign(text)
	}
	if !o.rate.take(now, len(text)) {
		return false
	}
	o.tellDropped(now)
	o.deliver(Line{Time: now, Stream: stream, Text: string(text)})
	return true
}

// skip drops the whole lines in text, which follow one that was dropped, all at once. It returns what is left.
func (o *output) skip(stream Stream, text []byte) []byte {
	end := bytes.LastIndexByte(text, '\n') + 1
	if end == 0 {
		return text
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	n := bytes.Count(text[:end], []byte{'\n'})
	o.rate.lines += int64(n)
	o.rate.bytes += int64(end)
	if stream == Stderr {
		o.said += n - 1
		o.findSign(text[:end])
	}
	return text[end:]
}

// tellDropped says once how much was dropped since the last line.
func (o *output) tellDropped(now time.Time) {
	if o.rate.lines == 0 {
		return
	}
	text := fmt.Sprintf("[%d lines (%d bytes) were dropped here: more than %.0f bytes per second]", o.rate.lines, o.rate.bytes, o.rate.perSecond)
	o.rate.lines, o.rate.bytes = 0, 0
	o.deliver(Line{Time: now, Stream: Stderr, Text: text})
}

// note delivers a line of the host's own.
func (o *output) note(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.deliver(Line{Time: time.Now(), Stream: Stderr, Text: text})
}
