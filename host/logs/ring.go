package logs

// The last lines are kept in memory, so that following a log costs no disk.
const (
	ringLines = 4096
	ringBytes = 1 << 20
)

// ring is a queue of the last lines, bounded in lines and in bytes of text. Their sequence numbers are
// consecutive.
type ring struct {
	lines []Line // a circle that starts at head
	head  int
	count int
	bytes int
}

func (r *ring) at(i int) Line { return r.lines[(r.head+i)%len(r.lines)] }

func (r *ring) push(l Line) {
	for r.count > 0 && (r.count == ringLines || r.bytes+len(l.Text) > ringBytes) {
		r.bytes -= len(r.lines[r.head].Text)
		r.lines[r.head] = Line{}
		r.head = (r.head + 1) % len(r.lines)
		r.count--
	}
	if r.count == len(r.lines) {
		r.grow()
	}
	r.lines[(r.head+r.count)%len(r.lines)] = l
	r.count++
	r.bytes += len(l.Text)
}

// grow doubles the circle; most plugins say little.
func (r *ring) grow() {
	lines := make([]Line, max(64, 2*len(r.lines)))
	for i := range r.count {
		lines[i] = r.at(i)
	}
	r.lines, r.head = lines, 0
}

// first is the sequence number of the oldest line, next if there is none.
func (r *ring) first(next uint64) uint64 {
	if r.count == 0 {
		return next
	}
	return r.at(0).Seq
}

// from returns at most n lines whose sequence numbers are at least seq.
func (r *ring) from(seq uint64, n int) []Line {
	if r.count == 0 {
		return nil
	}
	skip := 0
	if first := r.at(0).Seq; seq > first {
		skip = int(min(seq-first, uint64(r.count)))
	}
	lines := make([]Line, min(n, r.count-skip))
	for i := range lines {
		lines[i] = r.at(skip + i)
	}
	return lines
}
