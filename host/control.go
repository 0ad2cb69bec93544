package host

import (
	"bufio"
	"encoding/json"
	"io"
	"time"
)

// noticesMax bounds the notices of one instance.
const noticesMax = 50

// controlLine is one line that a runtime's shim writes to the control channel: an inherited pipe, named by
// APPZONE_CONTROL_FD, that tells the host what only the child can know.
type controlLine struct {
	// Event is listen, close or notice.
	Event   string `json:"event"`
	Message string `json:"message"`
}

// readControl follows the control channel until the child closes it. The child may be hostile: lines are bounded
// and mean nothing but what they say about itself.
func (i *instance) readControl() {
	r := i.control
	lines := bufio.NewScanner(io.LimitReader(r, 1<<20))
	lines.Buffer(make([]byte, 0, 1024), 4096)
	notices := 0
	for lines.Scan() {
		var l controlLine
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		switch l.Event {
		case "listen":
			i.listenOnce.Do(func() { close(i.listened) })
			i.setAnswers(true)
		case "close":
			i.setAnswers(false)
		case "notice":
			// In words that are not the host's: the program itself may have written it.
			if notices++; notices <= noticesMax {
				i.log.Append(time.Now(), "host", "notice of the program: "+l.Message)
			}
		}
	}
	// Nobody reads what follows the bound: a child that goes on gets an error, and does not block.
	_ = r.Close()
}

// setAnswers tells the supervisor of a ready instance that the program began or ceased to listen.
func (i *instance) setAnswers(on bool) {
	if i.answers.Swap(on) == on {
		return
	}
	select {
	case i.tell <- news{inst: i, kind: newsListening}:
	case <-i.done:
	}
}
