package api

import "sync"

// places counts what each member has open. Its zero value is ready.
type places struct {
	mu   sync.Mutex // guards what follows
	open map[string]int
}

// enter takes one of the member's places, of which there are most. leave, which is called once, gives it back.
func (p *places) enter(user string, most int) (leave func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[user] >= most {
		return nil, false
	}
	if p.open == nil {
		p.open = map[string]int{}
	}
	p.open[user]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.open[user]--; p.open[user] == 0 {
			delete(p.open, user)
		}
	}, true
}
