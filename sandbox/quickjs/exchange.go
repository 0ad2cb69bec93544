package quickjs

import (
	"bytes"
	"sync"

	"github.com/valyala/fasthttp"
)

// exchange is one request and its answer. It belongs to who holds the instance's lock until ready was signalled, and from
// then on to the connection's goroutine.
type exchange struct {
	id     int32
	http   *fasthttp.RequestCtx
	head   []byte // scratch
	source *source
	sink   *sink
	ready  chan struct{} // gets one element when the answer is there
	done   bool
}

var exchanges = sync.Pool{New: func() any { return &exchange{ready: make(chan struct{}, 1)} }}

// dispatch calls the program's handler. The lock is held.
func (i *Instance) dispatch(x *exchange, body []byte) {
	x.id = i.nextID()
	i.exchanges[x.id] = x
	v := i.vm
	args := [4]value{i.method(x.http.Method()), v.newString(x.url()), v.newString(x.headers()), null}
	switch {
	case x.source != nil:
		x.source.id = i.nextID()
		i.sources[x.source.id] = x.source
		args[3] = integer(x.source.id)
	case len(body) > 0:
		args[3] = v.newBytes(body)
	}
	result := v.run(i.entries.request, args[:]...)
	for _, a := range args[1:] {
		v.free(a)
	}
	switch {
	case result.isException():
		thrown := v.exception()
		i.answerWith(x, i.entries.fail, thrown)
		v.free(thrown)
	default:
		// Most handlers have their answer by now, though they are asynchronous: it is not waited for.
		if answer, ok := v.settled(result); ok {
			i.answerWith(x, i.entries.answer, answer)
			v.free(answer)
		} else {
			i.answerWith(x, i.entries.settle, result)
		}
		v.free(result)
	}
	if v.broken != nil {
		i.giveUp(x)
	}
}

// answerWith lets an entry of the prelude go on with a request. Where it cannot, for lack of memory or because the program
// took the language itself apart, the request is answered here.
func (i *Instance) answerWith(x *exchange, entry, with value) {
	if i.call(entry, integer(x.id), with) || x.done {
		return
	}
	i.vm.collect()
	if !i.call(entry, integer(x.id), with) {
		i.giveUp(x)
	}
}

// giveUp answers a request that the program can no longer answer.
func (i *Instance) giveUp(x *exchange) {
	if !x.done {
		x.http.Response.Reset()
		x.http.SetStatusCode(fasthttp.StatusInternalServerError)
		x.http.SetContentType("text/plain; charset=utf-8")
		x.http.SetBodyString(failedText)
		i.complete(x)
	}
}

// failedText is the answer for a handler that failed.
const failedText = "The plugin failed to answer this request; its log says why.\n"

// method is the value of a method's name. They are few, and kept.
func (i *Instance) method(name []byte) value {
	if known, ok := i.methods[string(name)]; ok {
		return known
	}
	x := i.vm.newString(name)
	const most = 32 // whoever sends others makes new strings that are not freed, so they are all the same
	if len(i.methods) >= most {
		i.vm.free(x)
		return i.methods[fasthttp.MethodGet]
	}
	i.methods[string(name)] = x
	return x
}

// url is the address as the client wrote it.
func (x *exchange) url() []byte {
	r := &x.http.Request.Header
	b := append(x.head[:0], "http://"...)
	if host := r.Host(); len(host) > 0 {
		b = append(b, host...)
	} else {
		b = append(b, "plugin"...)
	}
	uri := r.RequestURI()
	if len(uri) == 0 || uri[0] != '/' { // "*", or an absolute address
		b = append(b, '/')
		uri = bytes.TrimPrefix(x.http.URI().RequestURI(), []byte("/"))
	}
	x.head = append(b, uri...)
	return x.head
}

// headers are the request's, a line for each name and each value.
func (x *exchange) headers() []byte {
	b := x.head[:0]
	for k, v := range x.http.Request.Header.All() {
		b = append(append(append(append(b, k...), '\n'), v...), '\n')
	}
	x.head = b
	return b
}

// complete hands the exchange back to its connection.
func (i *Instance) complete(x *exchange) {
	x.done = true
	delete(i.exchanges, x.id)
	x.ready <- struct{}{}
}

// answering finds the exchange of an answer.
func (i *Instance) answering(a *arguments) (*exchange, error) {
	id, err := a.id(0)
	if err != nil {
		return nil, err
	}
	if x := i.exchanges[id]; x != nil {
		return x, nil
	}
	return nil, unknownID("request", id)
}

// hostRespond is a whole answer: number, status, headers, and null, a string or bytes.
func (i *Instance) hostRespond(a *arguments) (value, error) {
	x, err := i.answering(a)
	if err != nil {
		return undefined, err
	}
	if err := x.setHead(a); err != nil {
		return undefined, err
	}
	v := a.vm
	switch body := a.list[3]; {
	case body.isString():
		at, n := v.borrowText(body)
		if at == 0 && v.broken == nil {
			return undefined, errArguments
		}
		b, _ := v.memory.Read(at, n)
		x.http.Response.SetBody(b)
		v.invoke(v.calls.freeCString, v.context, uint64(at))
	case body.tag() == tagObject:
		b, err := a.bytes(3)
		if err != nil {
			return undefined, err
		}
		x.http.Response.SetBody(b)
	}
	i.complete(x)
	return undefined, nil
}

// hostFail answers for a handler that failed, and tells the log why.
func (i *Instance) hostFail(a *arguments) (value, error) {
	x, err := i.answering(a)
	if err != nil {
		return undefined, err
	}
	why, err := a.text(1)
	if err != nil {
		return undefined, err
	}
	i.log(2, string(x.http.Method())+" "+string(x.http.Path())+" failed: "+clip(why))
	i.giveUp(x)
	return undefined, nil
}

// setHead sets status and headers from the second and third argument.
func (x *exchange) setHead(a *arguments) error {
	status, err := a.id(1)
	if err != nil || status < 200 || status > 599 {
		return errArguments
	}
	v := a.vm
	if a.count < 3 || !a.list[2].isString() {
		return errArguments
	}
	at, n := v.borrowText(a.list[2])
	raw, _ := v.memory.Read(at, n)
	defer func() { v.invoke(v.calls.freeCString, v.context, uint64(at)) }()
	return setHead(&x.http.Response, int(status), raw)
}
