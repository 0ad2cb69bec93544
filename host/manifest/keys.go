package manifest

import (
	"reflect"
	"strings"
	"unicode"
)

// keys are those of one object, as they are met in the file.
type keys struct {
	decoder
	path string
	// schema is set inside a JSON Schema, where names that differ by case are different names.
	schema bool
	// met maps a folded key to where it was met, and as what.
	met map[string]metKey
}

type metKey struct {
	key string
	at  int
}

// add refuses a key that another reader of the file could take for another one (B1) or that
// changes objects in JavaScript (B5). It reports whether the key may be looked at.
func (k *keys) add(key string, at int) bool {
	name := join(k.path, clip(key))
	if key == "__proto__" || !k.schema && (key == "constructor" || key == "prototype") {
		k.at[name] = at
		k.wrong(name, "the key is not allowed: programs in JavaScript take it for an object's prototype")
		return false
	}
	folded := key
	if !k.schema {
		folded = fold(key)
	}
	if k.met == nil {
		k.met = map[string]metKey{}
	}
	first, twice := k.met[folded]
	if !twice {
		k.met[folded] = metKey{key, at}
		return true
	}
	if len(k.fields) >= maxFields {
		return false
	}
	line, _ := k.src.position(first.at)
	k.at[name] = at
	if first.key == key {
		k.wrong(name, "the key is given twice, first in line %d: remove one", line)
	} else {
		k.wrong(name, "the key differs only by case from %q in line %d: remove one", clip(first.key), line)
	}
	return false
}

// fold maps every spelling that differs by case alone to one, as lenient readers do.
func fold(s string) string {
	return strings.Map(func(c rune) rune {
		least := c
		for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// sameButCase finds the known key that key differs from by case alone, or "".
func sameButCase(key string, known map[string]int) string {
	for k := range known {
		if k != key && fold(k) == fold(key) {
			return k
		}
	}
	return ""
}

// unknown warns of a key that nobody reads, with what was probably meant.
func (d decoder) unknown(path, key string, at int) {
	if len(d.warnings) >= maxWarnings {
		return
	}
	if path == "" && key == "id" {
		d.warn(at, "unknown_key", "the key id is ignored: the id is made from the name")
		return
	}
	top, parameters := fieldsOf(reflect.TypeFor[Manifest]()), fieldsOf(reflect.TypeFor[Parameters]())
	hint := ""
	if near := nearest(key, structKeys(path)); near != "" {
		hint = "; did you mean " + join(path, near) + "?"
	} else if _, ok := parameters[key]; ok {
		hint = "; did you mean parameters." + key + "?"
	} else if _, ok := top[key]; ok {
		hint = "; did you mean " + key + " at the top?"
	}
	d.warn(at, "unknown_key", "the key %s is unknown and ignored%s", join(path, clip(key)), hint)
}

// structKeys are the known keys of the object at path.
func structKeys(path string) []string {
	t := reflect.TypeFor[Manifest]()
	for _, part := range strings.Split(path, ".") {
		part, _, _ = strings.Cut(part, "[")
		if part == "" {
			break
		}
		t = t.Field(fieldsOf(t)[part]).Type
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
	}
	names := make([]string, 0, t.NumField())
	for name := range fieldsOf(t) {
		names = append(names, name)
	}
	return names
}

// nearest finds the candidate that differs from word by the fewest single-letter edits, few for its length, or "".
func nearest(word string, candidates []string) string {
	if len(word) > 40 {
		return ""
	}
	most := max(1, len(word)/3)
	if len(word) > 3 {
		most = max(2, most)
	}
	best, least := "", most+1
	for _, c := range candidates {
		n := edits(strings.ToLower(word), strings.ToLower(c))
		if n < least || n == least && best != "" && c < best {
			best, least = c, n
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
