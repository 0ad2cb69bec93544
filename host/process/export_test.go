package process

// Pretend makes Machine report c until restore is called. A machine with fewer walls is
// an ordinary case that the machine of these tests cannot show.
func Pretend(c Capabilities) (restore func()) {
	before := machine
	machine = func() Capabilities { return c }
	return func() { machine = before }
}
