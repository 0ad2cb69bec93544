package totp_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	own "appzone/host/totp"
)

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

// codeAt is what an app shows.
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	require.NoError(t, err)
	return code
}

func TestNewGivesWhatAppsTake(t *testing.T) {
	secret, link, err := own.New("App Zone", "ann@example.org")
	require.NoError(t, err)
	assert.Len(t, secret, 32, "160 bits in base32")
	u, err := url.Parse(link)
	require.NoError(t, err)
	assert.Equal(t, "otpauth", u.Scheme)
	assert.Equal(t, "totp", u.Host)
	assert.Equal(t, "/App Zone:ann@example.org", u.Path)
	assert.Equal(t, secret, u.Query().Get("secret"))
	other, _, err := own.New("App Zone", "ann@example.org")
	require.NoError(t, err)
	assert.NotEqual(t, secret, other)
}

// RFC 6238, appendix B: the last six digits of the vectors for SHA-1.
func TestCheckKnowsTheVectorsOfTheStandard(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for seconds, code := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"} {
		at, ok := own.Check(secret, code, time.Unix(seconds, 0), 0)
		assert.True(t, ok, seconds)
		assert.Equal(t, seconds/30, at)
	}
}

func TestCheckTakesOneStepOfSkewAndEachCodeOnce(t *testing.T) {
	secret, _, err := own.New("App Zone", "ann")
	require.NoError(t, err)
	now := noon.Unix() / 30
	for name, c := range map[string]struct {
		shown time.Duration // how the app's clock is off
		used  int64
		ok    bool
	}{
		"now":                       {0, 0, true},
		"a slow app":                {-30 * time.Second, 0, true},
		"a fast app":                {30 * time.Second, 0, true},
		"too slow":                  {-60 * time.Second, 0, false},
		"too fast":                  {60 * time.Second, 0, false},
		"used":                      {0, now, false},
		"older than the used one":   {-30 * time.Second, now, false},
		"newer than the used one":   {30 * time.Second, now, true},
		"the one before was used":   {0, now - 1, true},
		"a clock that was set back": {0, now + 5, false},
	} {
		at, ok := own.Check(secret, codeAt(t, secret, noon.Add(c.shown)), noon, c.used)
		assert.Equal(t, c.ok, ok, name)
		if c.ok {
			assert.Equal(t, noon.Add(c.shown).Unix()/30, at, name)
		}
	}
}

func TestCheckRefusesWhatIsNoCode(t *testing.T) {
	secret, _, err := own.New("App Zone", "ann")
	require.NoError(t, err)
	right := codeAt(t, secret, noon)
	for _, code := range []string{"", "0", right[:5], right + "0", "-" + right[1:], "abcdef", string(make([]byte, 1<<16))} {
		_, ok := own.Check(secret, code, noon, 0)
		assert.False(t, ok, "%.10q", code)
	}
	_, ok := own.Check("no base32!", right, noon, 0)
	assert.False(t, ok)
}
