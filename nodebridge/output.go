package nodebridge

import (
	"regexp"
	"strings"
	"unicode"

	"appzone/host"
)

// outputMax is how many lines of an install a person gets to read.
const outputMax = 2000

var fetchedPattern = regexp.MustCompile(`^npm http (?:fetch|cache) (?:GET 200 )?\S*/-/(\S+\.tgz)\b`)
var requestPattern = regexp.MustCompile(`^npm http (?:fetch|cache) (?:GET (?:200|304) )?\S+`)

// installOutput turns npm's output into progress.
type installOutput struct {
	progress host.Progress
	from, to int // percent
	expected int // packages; 0 when nobody knows
	fetched  map[string]bool
	lines    int
	failure  npmFailure
}

func (o *installOutput) line(text string) {
	text = printable(text)
	o.failure.note(text)
	if m := fetchedPattern.FindStringSubmatch(text); m != nil {
		if o.fetched[m[1]] || len(o.fetched) > outputMax {
			return
		}
		o.fetched[m[1]] = true
		o.progress.Percent(o.percent())
		text = "fetched " + strings.TrimSuffix(m[1], ".tgz")
	} else if requestPattern.MatchString(text) && !strings.Contains(text, " attempt ") {
		return // a question for versions
	}
	o.lines++
	if o.lines == outputMax {
		text = "more output is not shown"
	}
	if o.lines <= outputMax {
		o.progress.Output(text)
	}
}

// percent never reaches the end before npm does.
func (o *installOutput) percent() int {
	share := float64(len(o.fetched)) / float64(max(o.expected, len(o.fetched)))
	if o.expected == 0 {
		share = 1 - 1/(1+float64(len(o.fetched))/30)
	}
	return o.from + int(share*float64(o.to-o.from-1))
}

// printable drops what a terminal or a log would obey (B10).
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
}
