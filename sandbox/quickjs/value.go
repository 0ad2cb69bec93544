package quickjs

import "math"

// value is a JavaScript value as QuickJS passes it on 32-bit machines: a tag in the upper half, and what it names
// in the lower one. A number with a fraction takes the whole of it.
type value uint64

// Tags. Those below zero are counted references, which somebody has to free.
const (
	tagFirst     = -9
	tagString    = -7
	tagRope      = -6
	tagObject    = -1
	tagInt       = 0
	tagBool      = 1
	tagNull      = 2
	tagUndefined = 3
	tagException = 6
	tagFloat     = 8
)

const (
	undefined = value(tagUndefined) << 32
	null      = value(tagNull) << 32
)

// floatOffset is what is added to a number's bits, so that they are no tag.
const floatOffset = uint64(0x7ff80000-tagFirst+1) << 32

func (v value) tag() int32 { return int32(v >> 32) }

func (v value) isException() bool { return v.tag() == tagException }

// counted says whether the value is a reference that has to be freed.
func (v value) counted() bool { return v.tag() < 0 && v.tag() >= tagFirst }

func (v value) isString() bool { return v.tag() == tagString || v.tag() == tagRope }

// number returns a number's value.
func (v value) number() (float64, bool) {
	switch tag := v.tag(); {
	case tag == tagInt:
		return float64(int32(v)), true
	case tag < tagFirst || tag >= tagFloat:
		return math.Float64frombits(uint64(v) + floatOffset), true
	}
	return 0, false
}

func integer(n int32) value { return value(uint32(n)) }

func boolean(b bool) value {
	if b {
		return value(tagBool)<<32 | 1
	}
	return value(tagBool) << 32
}
