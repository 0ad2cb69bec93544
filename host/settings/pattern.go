package settings

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A pattern takes time in proportion to its steps for every character that it is held against; these bound the
// steps of one and of all together.
const (
	maxPatternSteps  = 1000
	maxPatternsSteps = 4000
	maxPatternBytes  = 1000
)

// pattern is a regular expression in RE2's syntax, which never backtracks.
type pattern struct {
	*regexp.Regexp
	steps int
}

// compilePattern refuses patterns that are long, or become so when their repetitions are written out.
func compilePattern(text string) (jsonschema.Regexp, error) {
	if len(text) > maxPatternBytes {
		return nil, fmt.Errorf("it is longer than %d bytes", maxPatternBytes)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > maxPatternSteps {
		return nil, fmt.Errorf("it has more than %d steps, repetitions written out", maxPatternSteps)
	}
	re, err := regexp.Compile(text)
	return pattern{re, len(program.Inst)}, err
}

// steps adds up the patterns of one schema, without those of its subschemas.
func steps(s *jsonschema.Schema) int {
	n := 0
	if p, ok := s.Pattern.(pattern); ok {
		n += p.steps
	}
	for re := range s.PatternProperties {
		if p, ok := re.(pattern); ok {
			n += p.steps
		}
	}
	return n
}
