package host

// heardMax bounds how often one instance may have it announced that it began or ceased to listen.
const heardMax = 100

// announceWait tells those who look on until when the plugin waits, which is no transition of its state.
func (s *supervisor) announceWait() {
	s.host.bus.Announce(Event{Type: "plugin.waiting", Plugin: s.id, Actor: System.User, Data: map[string]any{"until": s.status.WaitingUntil}})
}

// heardListening takes note that the program began or ceased to listen, and tells those who look on.
func (s *supervisor) heardListening(answers bool) {
	now := s.status.State == Running && answers
	if now == s.status.Listening {
		return
	}
	s.status.Listening = now
	s.publish()
	if s.heard++; s.heard <= heardMax && !s.quiet.Load() {
		s.host.bus.Announce(Event{Type: "plugin.listening", Plugin: s.id, Actor: System.User, Data: map[string]any{"listening": now}})
	}
}
