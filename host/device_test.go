package host_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

func TestADeviceIsKnownForItsAccountAlone(t *testing.T) {
	r := newRig(t, nil)
	r.member("bob", "agent", `,"password":"bob's password"`)
	bobs, err := r.NewDevice("bob", "")
	require.NoError(t, err)
	id, ok := r.Device("bob", bobs)
	require.True(t, ok)
	for _, user := range []string{"admin", "nobody", ""} {
		_, ok = r.Device(user, bobs)
		assert.False(t, ok, user)
	}
	nobodys, err := r.NewDevice("nobody", "")
	require.NoError(t, err)
	_, ok = r.Device("bob", nobodys)
	assert.False(t, ok)
	for _, forged := range []string{"", "x", bobs[:len(bobs)-2], bobs + "A", "s1.00000000.AAAA"} {
		_, ok = r.Device("bob", forged)
		assert.False(t, ok, forged)
	}
	again, err := r.NewDevice("bob", bobs)
	require.NoError(t, err)
	assert.NotEqual(t, bobs, again)
	same, ok := r.Device("bob", again)
	assert.True(t, ok)
	assert.Equal(t, id, same, "a browser stays the one that it was")
}

func TestADeviceIsKnownForHalfAYear(t *testing.T) {
	r := newRig(t, nil)
	for age, known := range map[time.Duration]bool{host.DeviceLife - time.Minute: true, host.DeviceLife + time.Minute: false} {
		sealed, err := r.OldDevice("admin", age)
		require.NoError(t, err)
		_, ok := r.Device("admin", sealed)
		assert.Equal(t, known, ok, "%v", age)
	}
}
