package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the files of a certificate are looked at, at most.
const lookEvery = time.Second

// A certificate is that of the server, with its key. It follows its files: a
// handshake that finds them changed reads them again. If they cannot be used, the
// former certificate stays, and one line of the log says why.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]os.FileInfo // the files as they were when they were read; nil for a missing one
	looked  time.Time
}

// certificate reads --tls-cert and --tls-key; nil if neither is given.
func (r *reader) certificate(certFile, keyFile string) *certificate {
	c := &certificate{certFile: certFile, keyFile: keyFile, looked: time.Now()}
	switch {
	case certFile == "" && keyFile == "":
		return nil
	case keyFile == "":
		r.fault("--tls-key", "is missing: it goes with --tls-cert")
	case certFile == "":
		r.fault("--tls-cert", "is missing: it goes with --tls-key")
	default:
		r.pair(c)
	}
	return c
}

// pair reads the files of a certificate for the first time.
func (r *reader) pair(c *certificate) {
	c.read = c.files() // first, so that a change while they are read is found later
	chain, key := r.pem("--tls-cert", c.certFile), r.pem("--tls-key", c.keyFile)
	if chain == nil || key == nil {
		return
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		r.fault("--tls-cert", "and --tls-key cannot be used together: %s", err)
		return
	}
	c.current = &pair
	if w := outOfDate(&pair, c.looked); w != "" {
		r.s.warnings = append(r.s.warnings, w)
	}
	if info := c.read[1]; info != nil && info.Mode().Perm()&0o004 != 0 {
		r.s.warnings = append(r.s.warnings, "others can read the file of the TLS key; run: chmod o= "+c.keyFile)
	}
}

// pem reads a file; nil if it cannot be read.
func (r *reader) pem(flag, file string) []byte {
	text, err := os.ReadFile(file)
	if err != nil {
		r.fault(flag, "cannot be read: %s", fileReason(err))
		return nil
	}
	return text
}

// outOfDate says that a certificate is not valid at a time; "" if it is.
func outOfDate(pair *tls.Certificate, now time.Time) string {
	switch {
	case now.After(pair.Leaf.NotAfter):
		return fmt.Sprintf("the TLS certificate expired on %s", pair.Leaf.NotAfter.Format(time.DateOnly))
	case now.Before(pair.Leaf.NotBefore):
		return fmt.Sprintf("the TLS certificate is valid only from %s", pair.Leaf.NotBefore.Format(time.DateOnly))
	}
	return ""
}

// config returns the settings of TLS, with HTTP/2 where the caller offers it; nil
// for plain HTTP. It takes the log for changes of the files.
func (c *certificate) config(log *slog.Logger) *tls.Config {
	if c == nil {
		return nil
	}
	c.log = log
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get}
}

// get returns the certificate for a handshake.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		c.follow(now)
	}
	return c.current, nil
}

// follow reads the files if they have changed since they were read.
func (c *certificate) follow(now time.Time) {
	files := c.files()
	if same(files[0], c.read[0]) && same(files[1], c.read[1]) {
		return
	}
	c.read = files
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		c.log.Warn("the changed TLS certificate cannot be used; the former one stays in use", "error", err)
		return
	}
	c.current = &pair
	c.log.Info("read the changed TLS certificate", "expires", pair.Leaf.NotAfter)
	if w := outOfDate(&pair, now); w != "" {
		c.log.Warn(w)
	}
}

// files looks at both files, through symbolic links.
func (c *certificate) files() (infos [2]os.FileInfo) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			infos[i] = info
		}
	}
	return infos
}

// same reports whether a file has not changed. A link that leads to another file
// has.
func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
