package process

// Pretend makes Machine report c until restore is called. A machine with fewer walls is
// an ordinary case that the machine of these tests cannot show.
func Pretend(c Capabilities) (restore func()) {
	before := machine
	machine = func() Capabilities { return c }
	return func() { machine = before }
}

// CutLines gives what the reader of a stream makes of chunks that arrive one by one.
func CutLines(chunks ...[]byte) (texts []string) {
	o := &output{deliver: func(l Line) { texts = append(texts, l.Text) }}
	var rest []byte
	for _, chunk := range chunks {
		rest, _ = o.lines(Stdout, append(rest, chunk...), false)
	}
	o.lines(Stdout, rest, true)
	return texts
}
