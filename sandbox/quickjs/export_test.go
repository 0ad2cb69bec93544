package quickjs

// EngineIn is what Engine does with the folder that is embedded.
var EngineIn = engineIn

// Sink is a streamed answer.
type Sink struct{ *sink }

// NewSink makes one that no request belongs to.
func NewSink(i *Instance) Sink { return Sink{newSink(i)} }

// Await notes a program that waits for room.
func (s Sink) Await(promise int32) { s.await(promise) }

// Awaited tells whether a program still waits.
func (s Sink) Awaited() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiter != 0
}
