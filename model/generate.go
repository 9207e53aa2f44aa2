package model

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"
)

// slugLength gives slugs 80 random bits, so that two are never equal in practice.
const slugLength = 16

// generate returns a generated value for a new record. It returns "" if the store
// generates the value (a sequence), or nobody does.
func (f *Field) generate() string {
	switch f.Generate {
	case "uuid":
		return uuid.NewString()
	case "slug":
		return f.Prefix + strings.ToLower(rand.Text())[:slugLength]
	case "hex":
		var b [16]byte
		rand.Read(b[:]) // never fails: the program ends if it cannot
		return f.Prefix + hex.EncodeToString(b[:])
	}
	return ""
}

// maxHashed is how many bytes bcrypt uses. It would ignore the rest of a longer
// password.
const maxHashed = 72

// Seal returns the patch with the values of Hashed fields hashed. Call it once,
// after all checks: a hash must not be hashed again. It is slow on purpose.
func (p Patch) Seal() (Patch, error) {
	sealed := p
	sealed.Sets = slices.Clone(p.Sets)
	for i, s := range sealed.Sets {
		plain, ok := s.Value.(string)
		if s.Field.Secret != Hashed || !ok {
			continue
		}
		hash, err := bcrypt.GenerateFromPassword([]byte(plain), bcrypt.DefaultCost)
		if err != nil {
			return Patch{}, err
		}
		sealed.Sets[i].Value = string(hash)
	}
	return sealed, nil
}
