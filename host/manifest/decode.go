package manifest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
)

// maxItems bounds every list of a manifest.
const maxItems = 256

// decoder fills the structs from the tree. It does by itself what encoding/json is too
// lenient for: keys that are doubled or differ in case, null, and every wrong type reported at once.
type decoder struct{ *report }

var rawType = reflect.TypeFor[json.RawMessage]()

func (d decoder) value(path string, v hujson.Value, dst reflect.Value) {
	d.at[path] = v.StartOffset
	if dst.Type() == rawType {
		d.raw(path, v, dst)
		return
	}
	switch dst.Kind() {
	case reflect.Pointer:
		if v.Value.Kind() == '{' {
			dst.Set(reflect.New(dst.Type().Elem()))
			d.object(path, v, dst.Elem())
			return
		}
		d.wrong(path, "must be an object, not %s", kindName(v))
	case reflect.Struct:
		if v.Value.Kind() == '{' {
			d.object(path, v, dst)
			return
		}
		d.wrong(path, "must be an object, not %s", kindName(v))
	case reflect.Slice:
		d.list(path, v, dst)
	default:
		d.literal(path, v, dst)
	}
}

func (d decoder) literal(path string, v hujson.Value, dst reflect.Value) {
	lit, _ := v.Value.(hujson.Literal)
	switch dst.Kind() {
	case reflect.String:
		if lit.Kind() == '"' {
			dst.SetString(lit.String())
			return
		}
		d.wrong(path, "must be a string, not %s", kindName(v))
	case reflect.Int:
		n, err := strconv.ParseInt(string(lit), 10, 32)
		if err == nil {
			dst.SetInt(n)
			return
		}
		d.wrong(path, "must be a whole number, not %s", kindName(v))
	case reflect.Bool:
		if lit.Kind() == 't' || lit.Kind() == 'f' {
			dst.SetBool(lit.Bool())
			return
		}
		d.wrong(path, "must be true or false, not %s", kindName(v))
	}
}

func (d decoder) list(path string, v hujson.Value, dst reflect.Value) {
	array, ok := v.Value.(*hujson.Array)
	switch {
	case !ok:
		d.wrong(path, "must be a list, not %s", kindName(v))
		return
	case len(array.Elements) > maxItems:
		d.wrong(path, "has %d items and may have %d", len(array.Elements), maxItems)
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(array.Elements), len(array.Elements)))
	for i, element := range array.Elements {
		d.value(fmt.Sprintf("%s[%d]", path, i), element, dst.Index(i))
	}
}

func (d decoder) object(path string, v hujson.Value, dst reflect.Value) {
	fields := fieldsOf(dst.Type())
	seen := keys{decoder: d, path: path}
	for _, member := range v.Value.(*hujson.Object).Members {
		key, at := member.Name.Value.(hujson.Literal).String(), member.Name.StartOffset
		if !seen.add(key, at) {
			continue
		}
		if field, ok := fields[key]; ok {
			d.value(join(path, key), member.Value, dst.Field(field))
			continue
		}
		if right := sameButCase(key, fields); right != "" {
			d.at[join(path, key)] = at
			d.wrong(join(path, key), "upper and lower case count: write %q", right)
			continue
		}
		if path != "" || key != "$schema" {
			d.unknown(path, key, at)
		}
		d.free(join(path, key), member.Value, false)
	}
}

// free checks the keys below a value that is not decoded: an unknown one, or a JSON Schema.
func (d decoder) free(path string, v hujson.Value, schema bool) {
	switch value := v.Value.(type) {
	case *hujson.Object:
		seen := keys{decoder: d, path: path, schema: schema}
		for _, member := range value.Members {
			key := member.Name.Value.(hujson.Literal).String()
			if seen.add(key, member.Name.StartOffset) && isComposite(member.Value) {
				d.free(join(path, clip(key)), member.Value, schema)
			}
		}
	case *hujson.Array:
		for i, element := range value.Elements {
			if isComposite(element) {
				d.free(fmt.Sprintf("%s[%d]", path, i), element, schema)
			}
		}
	}
}

func isComposite(v hujson.Value) bool { return v.Value.Kind() == '{' || v.Value.Kind() == '[' }

// raw keeps the value as compact standard JSON.
func (d decoder) raw(path string, v hujson.Value, dst reflect.Value) {
	if v.Value.Kind() != '{' {
		d.wrong(path, "must be an object, not %s", kindName(v))
		return
	}
	d.free(path, v, true)
	plain := v.Clone()
	plain.Minimize()
	dst.SetBytes(plain.Pack())
}

// fieldsOf maps the keys that stand in the file to a struct's fields.
func fieldsOf(t reflect.Type) map[string]int {
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if t.Field(i).Tag.Get("manifest") != "derived" {
			fields[key] = i
		}
	}
	return fields
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func kindName(v hujson.Value) string {
	switch v.Value.Kind() {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return string(v.Value.(hujson.Literal))
	case 'n':
		return "null; leave the key out for the default"
	}
	return "true or false"
}
