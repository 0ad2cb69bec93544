package relay

// exchanges is a list of what is under way. Its owner locks.
type exchanges struct {
	first *exchange
	count int
}

func (l *exchanges) add(x *exchange) {
	if x.next = l.first; x.next != nil {
		x.next.previous = x
	}
	l.first = x
	l.count++
}

func (l *exchanges) remove(x *exchange) {
	if x.previous == nil {
		l.first = x.next
	} else {
		x.previous.next = x.next
	}
	if x.next != nil {
		x.next.previous = x.previous
	}
	x.next, x.previous = nil, nil
	l.count--
}

func (l *exchanges) all() []*exchange {
	all := make([]*exchange, 0, l.count)
	for x := l.first; x != nil; x = x.next {
		all = append(all, x)
	}
	return all
}
