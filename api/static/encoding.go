package static

import "bytes"

// coding is one content coding that a file can be sent in.
type coding uint8

const (
	identity coding = iota
	gzip
	brotli
	codings
)

// refused marks a coding that the client rules out, in thousandths of its weight.
const refused = 0

// weights are a client's q-values in thousandths by coding.
type weights [codings]int

// acceptEncoding reads Accept-Encoding. What is not named has the weight of "*" or, without
// one, is refused; identity is always left as a last resort, so it never is.
func acceptEncoding(header []byte) weights {
	w := weights{-1, -1, -1}
	star := refused
	for len(header) > 0 {
		var item []byte
		item, header = cut(header, ',')
		name, params := cut(item, ';')
		q := quality(params)
		switch name = bytes.TrimSpace(name); {
		case bytes.EqualFold(name, []byte("br")):
			w[brotli] = q
		case bytes.EqualFold(name, []byte("gzip")), bytes.EqualFold(name, []byte("x-gzip")):
			w[gzip] = q
		case bytes.EqualFold(name, []byte("identity")):
			w[identity] = q
		case len(name) == 1 && name[0] == '*':
			star = q
		}
	}
	for c := gzip; c < codings; c++ {
		if w[c] < 0 {
			w[c] = star
		}
	}
	if w[identity] < 0 {
		w[identity] = refused
	}
	return w
}

// quality reads ";q=0.5" as 500. Without a q, and for one that is malformed, it is 1000 and 0.
func quality(params []byte) int {
	for len(params) > 0 {
		var p []byte
		p, params = cut(params, ';')
		p = bytes.TrimSpace(p)
		if len(p) < 2 || (p[0] != 'q' && p[0] != 'Q') || p[1] != '=' {
			continue
		}
		return thousandths(p[2:])
	}
	return 1000
}

func thousandths(q []byte) int {
	if len(q) == 0 || len(q) > 5 || (q[0] != '0' && q[0] != '1') || (len(q) > 1 && q[1] != '.') {
		return refused
	}
	n, unit := int(q[0]-'0')*1000, 100
	for _, d := range q[min(2, len(q)):] {
		if d < '0' || d > '9' {
			return refused
		}
		n += int(d-'0') * unit
		unit /= 10
	}
	return min(n, 1000)
}

func cut(b []byte, sep byte) (before, after []byte) {
	if i := bytes.IndexByte(b, sep); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}
