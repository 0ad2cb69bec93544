package storetest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"appzone/host"
)

type memoryReader struct{ records map[string][]byte }

func (r memoryReader) Get(table, key string, v any) error {
	k, err := joined(table, key)
	if err != nil {
		return err
	}
	value, ok := r.records[k]
	if !ok {
		return host.ErrNoRecord
	}
	return json.Unmarshal(value, v)
}

type visit = func(key string, decode func(v any) error) (more bool, err error)

func (r memoryReader) Scan(table, prefix, after string, fn visit) error {
	keys, err := r.keys(table, prefix)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { return k <= after })
	return r.visit(table, keys, fn)
}

func (r memoryReader) ScanBack(table, prefix, before string, fn visit) error {
	keys, err := r.keys(table, prefix)
	if err != nil {
		return err
	}
	slices.Reverse(keys)
	keys = slices.DeleteFunc(keys, func(k string) bool { return before != "" && k >= before })
	return r.visit(table, keys, fn)
}

// keys lists the keys of a table that have the prefix, in order.
func (r memoryReader) keys(table, prefix string) ([]string, error) {
	if _, err := joined(table, "any"); err != nil {
		return nil, err
	}
	var keys []string
	for k := range maps.Keys(r.records) {
		if key, ok := strings.CutPrefix(k, table+"\x00"); ok && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

func (r memoryReader) visit(table string, keys []string, fn visit) error {
	for _, key := range keys {
		value, ok := r.records[table+"\x00"+key]
		if !ok {
			continue // deleted by the caller since the scan began
		}
		more, err := fn(key, func(v any) error { return json.Unmarshal(value, v) })
		if err != nil || !more {
			return err
		}
	}
	return nil
}
