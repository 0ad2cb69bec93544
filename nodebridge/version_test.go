package nodebridge_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"appzone/nodebridge"
)

func TestVersionRanges(t *testing.T) {
	tests := map[string]struct{ in, out []string }{
		">=18":              {[]string{"18.0.0", "20.1.2", "100.0.0"}, []string{"17.99.99"}},
		">= 18":             {[]string{"18.0.0"}, []string{"17.9.9"}},
		">18":               {[]string{"19.0.0"}, []string{"18.0.0", "18.9.9"}},
		">18.2":             {[]string{"18.3.0"}, []string{"18.2.9"}},
		">18.2.1":           {[]string{"18.2.2"}, []string{"18.2.1"}},
		"<21":               {[]string{"20.99.0"}, []string{"21.0.0"}},
		"<=20":              {[]string{"20.99.0"}, []string{"21.0.0"}},
		"<=20.1.2":          {[]string{"20.1.2"}, []string{"20.1.3"}},
		">=18 <21":          {[]string{"18.0.0", "20.0.0"}, []string{"17.0.0", "21.0.0"}},
		"18":                {[]string{"18.0.0", "18.20.1"}, []string{"19.0.0", "17.0.0"}},
		"18.x":              {[]string{"18.3.1"}, []string{"19.0.0"}},
		"18.2.x":            {[]string{"18.2.7"}, []string{"18.3.0"}},
		"v18.2.1":           {[]string{"18.2.1"}, []string{"18.2.2"}},
		"=18.2.1":           {[]string{"18.2.1"}, []string{"18.2.2"}},
		"^18.2.0":           {[]string{"18.2.0", "18.9.0"}, []string{"18.1.9", "19.0.0"}},
		"^0.2.3":            {[]string{"0.2.3", "0.2.9"}, []string{"0.3.0", "0.2.2"}},
		"^0.0.3":            {[]string{"0.0.3"}, []string{"0.0.4"}},
		"^0":                {[]string{"0.9.9"}, []string{"1.0.0"}},
		"~18.2":             {[]string{"18.2.0", "18.2.9"}, []string{"18.3.0"}},
		"~18":               {[]string{"18.9.0"}, []string{"19.0.0"}},
		"~18.2.3":           {[]string{"18.2.3", "18.2.9"}, []string{"18.2.2", "18.3.0"}},
		"18 - 20":           {[]string{"18.0.0", "20.9.9"}, []string{"21.0.0", "17.9.9"}},
		"18.1.0 - 20.2.0":   {[]string{"18.1.0", "20.2.0"}, []string{"20.2.1"}},
		"^18 || ^20 || >22": {[]string{"18.1.0", "20.0.0", "23.0.0"}, []string{"19.0.0", "21.0.0", "22.5.0"}},
		"*":                 {[]string{"0.0.0", "20.0.0"}, nil},
		"":                  {[]string{"20.0.0"}, nil},
		">=20.0.0-rc.1":     {[]string{"20.0.0"}, []string{"19.0.0"}},
	}
	for text, test := range tests {
		for _, v := range test.in {
			holds, ok := nodebridge.Satisfies(text, v)
			assert.True(t, ok && holds, "%q holds %s", text, v)
		}
		for _, v := range test.out {
			holds, ok := nodebridge.Satisfies(text, v)
			assert.True(t, ok && !holds, "%q does not hold %s", text, v)
		}
	}
	for _, text := range []string{"latest", ">=", "18.0.0.0", ">=>18", "1e9", "-1", "18 -", "99999999999999999999"} {
		_, ok := nodebridge.Satisfies(text, "20.0.0")
		assert.False(t, ok, "%q is refused", text)
	}
}

func FuzzVersionRange(f *testing.F) {
	for _, text := range []string{">=18", "^18.2 || ~20.1.3", "18 - 20", "x", "=v1.2.3-a+b", "<>", "|| ||"} {
		f.Add(text, "20.1.2")
	}
	f.Fuzz(func(t *testing.T, text, have string) {
		nodebridge.Satisfies(text, have)
	})
}
