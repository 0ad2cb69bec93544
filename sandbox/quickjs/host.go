package quickjs

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
	"unicode/utf8"
)

const (
	// maxBodyBytes bounds a body that the prelude reads as a whole.
	maxBodyBytes = 32 << 20
	// maxLogBytes bounds one message of the console.
	maxLogBytes = 64 << 10
	// maxRandomBytes bounds one call for random numbers.
	maxRandomBytes = 64 << 10
)

// offer makes the object host of the prelude. Everything that comes through it is the plugin's word.
func (i *Instance) offer() value {
	functions := []struct {
		name string
		call hostFunction
	}{
		{"encode", i.hostEncode}, {"decode", i.hostDecode}, {"log", i.hostLog}, {"random", i.hostRandom},
		{"digest", i.hostDigest}, {"hmac", i.hostHMAC}, {"timer", i.timers.hostTimer}, {"untimer", i.timers.hostUntimer},
		{"respond", i.hostRespond}, {"fail", i.hostFail}, {"stream", i.hostStream}, {"write", i.hostWrite},
		{"drained", i.hostDrained}, {"end", i.hostEnd}, {"pull", i.hostPull}, {"cancel", i.hostCancel},
		{"fetch", i.client.hostFetch}, {"abort", i.client.hostAbort}, {"storage", i.hostStorage}, {"hold", i.hostHold},
		{"started", i.hostStarted}, {"stopped", i.hostStopped}, {"exit", i.hostExit}, {"settings", i.hostSettings},
		{"identity", i.hostIdentity},
	}
	v := i.vm
	object := v.evaluate("host", []byte("({})"), 0)
	for n, f := range functions {
		letter := byte('A' + n)
		v.host[letter] = f.call
		at, ok := v.place([]byte{letter, 0})
		if !ok {
			return undefined
		}
		v.set(object, f.name, v.unbox(uint32(v.invoke(v.calls.newFunction, at, 1, 0))))
	}
	return object
}

// hostEncode turns a string into UTF-8. The bytes stay in the guest's memory.
func (i *Instance) hostEncode(a *arguments) (value, error) {
	if a.count < 1 {
		return undefined, errArguments
	}
	v := a.vm
	at, n := v.borrowText(a.list[0])
	if at == 0 {
		return undefined, errArguments
	}
	b := v.made(value(v.invoke(v.calls.newBytes, v.context, uint64(at), uint64(n))))
	v.invoke(v.calls.freeCString, v.context, uint64(at))
	return b, nil
}

// hostDecode turns UTF-8 into a string. What is none becomes a replacement character, or all of it null where that is asked for.
func (i *Instance) hostDecode(a *arguments) (value, error) {
	b, err := a.bytes(0)
	if err != nil {
		return undefined, err
	}
	if !utf8.Valid(b) {
		if a.truth(1) {
			return null, nil
		}
		return a.vm.newString([]byte(strings.ToValidUTF8(string(b), "\ufffd"))), nil
	}
	return a.vm.newString(b), nil
}

// hostSettings returns the settings where they are others than at the last call, else null.
func (i *Instance) hostSettings(a *arguments) (value, error) {
	now, err := i.options.Settings()
	if err != nil {
		return undefined, &thrown{"EIO", "the settings cannot be read: " + err.Error()}
	}
	if i.told != nil && bytes.Equal(now, i.told) {
		return null, nil
	}
	i.told = bytes.Clone(now)
	return a.vm.newString(now), nil
}

// hostIdentity returns what a token says, as JSON.
func (i *Instance) hostIdentity(a *arguments) (value, error) {
	token, err := a.text(0)
	if err != nil {
		return undefined, err
	}
	claims, err := i.options.Identity(token)
	if err != nil {
		return undefined, &thrown{"EACCES", err.Error()}
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return undefined, err
	}
	return a.vm.newString(text), nil
}

func (i *Instance) hostLog(a *arguments) (value, error) {
	fd, err := a.id(0)
	if err != nil || (fd != 1 && fd != 2) {
		return undefined, errArguments
	}
	text, err := a.text(1)
	if err != nil {
		return undefined, err
	}
	if len(text) > maxLogBytes {
		text = strings.ToValidUTF8(text[:maxLogBytes], "") + "..."
	}
	i.log(int(fd), text)
	return undefined, nil
}

func (i *Instance) hostRandom(a *arguments) (value, error) {
	n, err := a.id(0)
	if err != nil || n < 0 || n > maxRandomBytes {
		return undefined, errArguments
	}
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return a.vm.newBytes(b), nil
}

// digest is one of those that the prelude has numbers for.
func digest(n int32) func() hash.Hash {
	switch n {
	case 1:
		return sha1.New
	case 2:
		return sha256.New
	case 3:
		return sha512.New384
	case 4:
		return sha512.New
	}
	return nil
}

func (i *Instance) hostDigest(a *arguments) (value, error) {
	n, err := a.id(0)
	if err != nil || digest(n) == nil {
		return undefined, errArguments
	}
	b, err := a.bytes(1)
	if err != nil {
		return undefined, err
	}
	h := digest(n)()
	h.Write(b)
	return a.vm.newBytes(h.Sum(nil)), nil
}

func (i *Instance) hostHMAC(a *arguments) (value, error) {
	n, err := a.id(0)
	if err != nil || digest(n) == nil {
		return undefined, errArguments
	}
	key, err := a.bytes(1)
	if err != nil {
		return undefined, err
	}
	h := hmac.New(digest(n), key)
	b, err := a.bytes(2)
	if err != nil {
		return undefined, err
	}
	h.Write(b)
	return a.vm.newBytes(h.Sum(nil)), nil
}

// hostHold counts what has to end before a graceful stop ends.
func (i *Instance) hostHold(a *arguments) (value, error) {
	n, err := a.id(0)
	if err != nil || (n != 1 && n != -1) {
		return undefined, errArguments
	}
	i.holds = max(i.holds+int(n), 0)
	return undefined, nil
}

func (i *Instance) hostStarted(a *arguments) (value, error) {
	problem, err := a.text(0)
	if err != nil {
		return undefined, err
	}
	select {
	case i.started <- problem:
	default:
	}
	return undefined, nil
}

func (i *Instance) hostStopped(*arguments) (value, error) {
	select {
	case i.stopped <- struct{}{}:
	default:
	}
	return undefined, nil
}

// hostExit ends the instance. It does not return: nothing of the program runs after it.
func (i *Instance) hostExit(a *arguments) (value, error) {
	code, err := a.id(0)
	if err != nil {
		return undefined, err
	}
	i.end(&Exit{Code: int(code)})
	select {}
}

// unknownID is the error for a number that names nothing any more.
func unknownID(what string, id int32) error { return fmt.Errorf("there is no %s %d", what, id) }
