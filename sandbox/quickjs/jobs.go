package quickjs

// maxRejections bounds the rejections that wait for a handler within one turn; further ones are not reported.
const maxRejections = 100

// rejection is a promise that was rejected and has no handler yet.
type rejection struct{ promise, reason value }

// rejected notes that a promise was rejected without a handler, or that it got one after all.
func (v *vm) rejected(promiseBox, reasonBox uint32, handled bool) {
	promise, reason := v.unbox(promiseBox), v.unbox(reasonBox)
	if !handled && len(v.rejections) < maxRejections {
		v.rejections = append(v.rejections, rejection{promise, reason})
		return
	}
	if handled {
		for i, r := range v.rejections {
			if r.promise == promise {
				v.free(r.promise)
				v.free(r.reason)
				v.rejections = append(v.rejections[:i], v.rejections[i+1:]...)
				break
			}
		}
	}
	v.free(promise)
	v.free(reason)
}

// runJobs runs what promises have to do until there is nothing left.
func (v *vm) runJobs() {
	for v.broken == nil && uint32(v.invoke(v.calls.jobPending)) != 0 {
		if int32(v.invoke(v.calls.runJob)) < 0 {
			v.free(value(v.invoke(v.calls.getException, v.context)))
		}
	}
}

// takeRejections returns what is still without a handler. The values are the caller's.
func (v *vm) takeRejections() []rejection {
	list := v.rejections
	v.rejections = nil
	return list
}

// exception returns what was thrown. It is the caller's.
func (v *vm) exception() value { return value(v.invoke(v.calls.getException, v.context)) }

// settled tells whether x is a promise that is fulfilled already, and gives its value, which is the caller's.
func (v *vm) settled(x value) (value, bool) {
	const fulfilled = 1
	if x.tag() != tagObject || int32(v.invoke(v.calls.promiseState, v.context, uint64(x))) != fulfilled {
		return undefined, false
	}
	return value(v.invoke(v.calls.promiseResult, v.context, uint64(x))), true
}
