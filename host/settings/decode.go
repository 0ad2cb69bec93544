package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What bounds a document, a schema and settings alike.
const (
	// MaxBytes is the largest document.
	MaxBytes = 64 << 10
	// maxDepth is how deep objects and lists may nest.
	maxDepth = 32
	// maxNumber is how many characters a number may have.
	maxNumber = 64
	// maxExponent bounds a number's power of ten: numbers are compared exactly, and a huge power fills the memory.
	maxExponent = 308
)

// decode reads one JSON document. Numbers stay as they are written. Unlike encoding/json it refuses what
// readers disagree about: the same key twice, keys that JavaScript gives a meaning, anything after the document.
func decode(data []byte) (any, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("it is larger than %d bytes", MaxBytes)
	}
	return decodeOwn(data)
}

// decodeOwn reads a document that this package wrote: it may be longer than what it was written from.
func decodeOwn(data []byte) (any, error) {
	d := decoder{json.NewDecoder(bytes.NewReader(data))}
	d.UseNumber()
	v, err := d.value(0)
	if err != nil {
		return nil, d.explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after its end")
	}
	return v, nil
}

type decoder struct{ *json.Decoder }

// explain keeps what the input holds out of the message.
func (d decoder) explain(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("it is not valid JSON at byte %d", d.InputOffset())
	}
	return err
}

func (d decoder) value(depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("it is nested deeper than %d", maxDepth)
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return d.object(depth)
		}
		return d.list(depth)
	case json.Number:
		return t, checkNumber(t.String())
	}
	return t, nil
}

func (d decoder) object(depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string) // the decoder takes nothing else here
		if _, twice := object[key]; twice {
			return nil, fmt.Errorf("it has a key twice at byte %d", d.InputOffset())
		}
		if key == "__proto__" || key == "constructor" {
			return nil, fmt.Errorf("the key %q is not allowed", key)
		}
		if object[key], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

func (d decoder) list(depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

func checkNumber(n string) error {
	if _, power, ok := strings.Cut(strings.ToLower(n), "e"); ok {
		if p, err := strconv.Atoi(power); err != nil || p > maxExponent || p < -maxExponent {
			return errors.New("a number in it is too large or too small")
		}
	}
	if len(n) > maxNumber {
		return fmt.Errorf("a number in it has more than %d characters", maxNumber)
	}
	return nil
}
