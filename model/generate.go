package model

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"
)

// slugLength gives slugs of 80 random bits: enough for a workspace to never
// meet one twice, and short enough to read out.
const slugLength = 16

// generate makes a value for a new record, or returns "" where the store
// does (sequences) or nothing is generated.
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

// maxHashed is how many bytes bcrypt looks at; a longer password would be
// cut off unseen.
const maxHashed = 72

// Seal returns the patch with the values of Hashed fields hashed. Call it
// once, after all checks: it is slow on purpose, and hashing a hash would make
// the password useless.
func (p Patch) Seal() (Patch, error) {
	sealed := Patch{Sets: make([]Set, len(p.Sets)), ReadOnly: p.ReadOnly}
	copy(sealed.Sets, p.Sets)
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
