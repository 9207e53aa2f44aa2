package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"bulkpatch/store"
)

// Limits on the length of an admin key that a user chooses. A shorter one could
// be guessed, or be a password that is used elsewhere too.
const (
	leastAdminKey = 24
	mostAdminKey  = 255
)

// adminKey reads the admin key that the user chose. Call it after database,
// since a short key is looked up there.
func (r *reader) adminKey(f adminKeyFlags) {
	flag, key := "--admin-key", f.AdminKey
	switch r.either("admin-key", "admin-key-file") {
	case "":
		return
	case "admin-key-file":
		flag, key = "--admin-key-file", r.secretIn(f.AdminKeyFile)
	}
	switch {
	case r.has(flag): // the file could not be read
	case strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }) || len(key) > mostAdminKey:
		r.fault(flag, "must have %d to %d visible ASCII characters", leastAdminKey, mostAdminKey)
	case len(key) < leastAdminKey:
		r.shortAdminKey(flag, key)
	}
	r.s.adminKey = key
}

// secretIn reads a secret from a file, without its line end.
func (r *reader) secretIn(file string) string {
	f, err := os.Open(file)
	if err != nil {
		r.fault("--admin-key-file", "cannot be read: %s", fileReason(err))
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostAdminKey+10))
	if err != nil {
		r.fault("--admin-key-file", "cannot be read: %s", fileReason(err))
		return ""
	}
	if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o004 != 0 { // the group's bit is also that of systemd's credentials
		r.s.warnings = append(r.s.warnings, "others can read the file of the admin key; run: chmod 600 "+file)
	}
	return strings.TrimRight(string(text), "\r\n")
}

// shortAdminKey accepts a short key only if the database already has it:
// earlier versions allowed such keys.
func (r *reader) shortAdminKey(flag, key string) {
	const rule = "must have at least %d characters"
	stored, err := r.storesAdminKey(key)
	switch {
	case err != nil:
		r.fault(flag, rule+"; whether it is one from before could not be looked up: %v", leastAdminKey, err)
	case !stored:
		r.fault(flag, rule, leastAdminKey)
	default:
		r.s.warnings = append(r.s.warnings, fmt.Sprintf("the admin key has fewer than %d characters and could be guessed; start with a longer one, then revoke this one", leastAdminKey))
	}
}

// storesAdminKey reports whether the database has the key. A missing database
// has none.
func (r *reader) storesAdminKey(key string) (bool, error) {
	if r.s.db == "" || key == "" {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	db, err := store.OpenExisting(ctx, r.s.db, store.Options{Now: clock})
	if errors.Is(err, store.ErrNoDatabase) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer db.Close()
	return db.Bootstrapped(ctx, key)
}
