package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

const (
	// jsonMax is the largest JSON body.
	jsonMax = 1 << 20
	// jsonDepth is how deep it may nest.
	jsonDepth = 64
)

// readBody reads the whole body, once, up to jsonMax.
func readBody(c *fiber.Ctx) ([]byte, error) {
	if b, ok := c.Locals(keyBody).([]byte); ok {
		return b, nil
	}
	b, err := io.ReadAll(httpguard.LimitedBody(c, jsonMax))
	if err != nil {
		return nil, err
	}
	c.Locals(keyBody, b)
	return b, nil
}

// readPatch reads a merge patch, and the revision that its editor saw: 0 for any.
func readPatch(c *fiber.Ctx) (patch []byte, revision uint64, err error) {
	if revision, _, err = ifMatch(c); err != nil {
		return nil, 0, err
	}
	patch, err = readJSON(c, mergePatch)
	return patch, revision, err
}

// readJSON reads a JSON body that is well-formed, not too deep, and without doubled keys.
func readJSON(c *fiber.Ctx, types ...string) ([]byte, error) {
	b, err := readBody(c)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, fault.New(fault.Malformed, "body_empty", "the request needs a JSON body")
	}
	if err := checkType(c, append(types, fiber.MIMEApplicationJSON)...); err != nil {
		return nil, err
	}
	return b, checkJSON(b)
}

// decodeJSON is readJSON into v. Fields that v does not have are refused by name.
func decodeJSON(c *fiber.Ctx, v any) error {
	b, err := readJSON(c)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return explainJSON(d.Decode(v))
}

// decodeOptional is decodeJSON for a body that may be left out.
func decodeOptional(c *fiber.Ctx, v any) error {
	b, err := readBody(c)
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return err
	}
	return decodeJSON(c, v)
}

// checkType refuses a body of another type than those named.
func checkType(c *fiber.Ctx, types ...string) error {
	got, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	for _, t := range types {
		if err == nil && got == t {
			return nil
		}
	}
	return fault.New(fault.Unsupported, "unsupported_media_type", "send the body as %s", strings.Join(types, " or "))
}

// explainJSON says what is wrong with a body, by field where one is.
func explainJSON(err error) error {
	if err == nil {
		return nil
	}
	var own *fault.Error
	if errors.As(err, &own) {
		return own
	}
	e := fault.Wrap(err, fault.Malformed, "body_malformed", "the request's body is not what this operation takes")
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return e.WithField(kind.Field, "must be of type %s and is a %s", kind.Type, kind.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return e.WithField(strings.Trim(name, `"`), "is not known here")
	}
	return e.WithField("", "%s", err)
}

// checkJSON reads b as one JSON value (rows B1, B2).
func checkJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := checkValue(d, 0); err != nil {
		return explainJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Malformed, "body_malformed", "something follows the JSON value in the request's body")
	}
	return nil
}

// checkValue reads one value. The decoder pairs brackets by itself.
func checkValue(d *json.Decoder, depth int) error {
	if depth > jsonDepth {
		return fault.New(fault.Malformed, "body_too_deep", "the JSON body nests deeper than %d levels", jsonDepth)
	}
	t, err := d.Token()
	if err != nil {
		return unexpectedEnd(err)
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return unexpectedEnd(err)
			}
			name, _ := key.(string)
			if seen[name] {
				return fault.New(fault.Malformed, "duplicate_key", "the JSON body has a key twice").WithField(name, "is there twice")
			}
			seen[name] = true
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return unexpectedEnd(err)
}

func unexpectedEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
