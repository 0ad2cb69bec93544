package password

import (
	"crypto/rand"
	"strings"
)

// alphabet has 32 letters and digits that nobody mistakes for one another.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// Generate returns a new password of 120 random bits that can be read out: four groups of six
// letters and digits, joined by dashes.
func Generate() string {
	random := make([]byte, 24)
	rand.Read(random) // never fails
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%6 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r%32])
	}
	return b.String()
}
