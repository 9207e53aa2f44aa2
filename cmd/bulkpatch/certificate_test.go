package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/client"
)

// A pair is a certificate for 127.0.0.1 with its key, as PEM.
type pair struct{ cert, key []byte }

// newPair makes a certificate that is valid until a time.
func newPair(t *testing.T, until time.Time) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "bulkpatch"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

// write writes the files tls.crt and tls.key into a new folder, and returns it.
func (p pair) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string][]byte{"tls.crt": p.cert, "tls.key": p.key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// mounted links a name to a folder, as Kubernetes mounts a secret. A second call
// replaces the link in one step.
func mounted(t *testing.T, name, dir string) {
	t.Helper()
	next := name + ".next"
	if err := errors.Join(os.Symlink(dir, next), os.Rename(next, name)); err != nil {
		t.Fatal(err)
	}
}

// serial returns the number of the certificate.
func (p pair) serial(t *testing.T) string {
	t.Helper()
	block, _ := pem.Decode(p.cert)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert.SerialNumber.String()
}

// trust returns a client that trusts the certificate.
func (p pair) trust() *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.cert)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
}

// TestHTTPSServesEverythingAndFollowsItsFiles runs a job over HTTP/2, with its
// event stream, and then replaces the certificate.
func TestHTTPSServesEverythingAndFollowsItsFiles(t *testing.T) {
	t.Parallel()
	former, next := newPair(t, time.Now().Add(24*time.Hour)), newPair(t, time.Now().Add(24*time.Hour))
	secret := filepath.Join(t.TempDir(), "secret")
	mounted(t, secret, former.write(t))
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t),
		"--tls-cert", filepath.Join(secret, "tls.crt"), "--tls-key", filepath.Join(secret, "tls.key"))
	if !strings.HasPrefix(p.base, "https://127.0.0.1:") {
		t.Fatalf("it says that it listens on %s", p.base)
	}
	trusting := former.trust()
	c, err := client.New(p.base, p.firstKey, client.WithHTTPClient(trusting))
	if err != nil {
		t.Fatal(err)
	}
	load(t, c, 500)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, map[string]any{"extraData": "seen"}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 500)
	endsByItself(t, trusting, p, "/v1/jobs/"+j.ID+"/events", "event: job")
	endsByItself(t, trusting, p, "/v1/jobs/"+j.ID+"?wait=1", `"state":"succeeded"`)

	plain, err := http.Get("http://" + strings.TrimPrefix(p.base, "https://") + "/healthz")
	if err != nil || plain.StatusCode != http.StatusBadRequest {
		t.Errorf("HTTP at the port of HTTPS: %v, %v", plain, err)
	} else {
		plain.Body.Close()
	}

	mounted(t, secret, next.write(t))
	for began := time.Now(); p.certificateSeen(t) != next.serial(t); {
		if time.Since(began) > patience {
			t.Fatal("the new certificate is not used")
		}
	}
	if resp, err := next.trust().Get(p.base + "/healthz"); err != nil {
		t.Error(err)
	} else {
		resp.Body.Close()
	}
}

// endsByItself reads an answer over HTTP/2 to its end.
func endsByItself(t *testing.T, c *http.Client, p *process, path, want string) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), "GET", p.base+path, nil)
	req.Header.Set("Authorization", "Bearer "+p.firstKey)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.ProtoMajor != 2 || !strings.Contains(string(text), want) {
		t.Errorf("%s by %s: %v, %s", path, resp.Proto, err, text)
	}
}

// certificateSeen returns the number of the certificate that a new connection
// gets.
func (p *process) certificateSeen(t *testing.T) string {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(p.base, "https://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// TestABrokenCertificateLeavesTheFormerOne replaces the files one after the other,
// as many programs do, with a look between and behind them.
func TestABrokenCertificateLeavesTheFormerOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		former, next := newPair(t, time.Now().Add(24*time.Hour)), newPair(t, time.Now().Add(-time.Hour))
		dir := former.write(t)
		cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
		r := &reader{line: &commandLine{}}
		c := r.certificate(cert, key)
		if c == nil || len(r.s.warnings) > 0 {
			t.Fatalf("faults %q, warnings %q", r.faults, r.s.warnings)
		}
		var log bytes.Buffer
		get := c.config(slog.New(slog.NewTextHandler(&log, nil))).GetCertificate
		serves := func(want pair, lines int) {
			t.Helper()
			time.Sleep(lookEvery)
			got, err := get(nil)
			if err != nil || got.Leaf.SerialNumber.String() != want.serial(t) || strings.Count(log.String(), "\n") != lines {
				t.Errorf("%v, the log:\n%s", err, log.String())
			}
		}
		put := func(name string, text []byte) {
			t.Helper()
			next := name + ".next"
			if err := errors.Join(os.WriteFile(next, text, 0o600), os.Rename(next, name)); err != nil {
				t.Fatal(err)
			}
		}
		serves(former, 0)
		put(cert, next.cert)
		serves(former, 1) // the key is still the former one
		serves(former, 1) // which is said once
		put(key, next.key)
		serves(next, 3) // read, and expired
		if err := os.Remove(cert); err != nil {
			t.Fatal(err)
		}
		serves(next, 4)
	})
}

func TestABadCertificateStopsTheStart(t *testing.T) {
	good, other := newPair(t, time.Now().Add(24*time.Hour)).write(t), newPair(t, time.Now().Add(24*time.Hour)).write(t)
	cert, key := filepath.Join(good, "tls.crt"), filepath.Join(good, "tls.key")
	for want, flags := range map[string][]string{
		"--tls-key is missing":                   {"--tls-cert", cert},
		"--tls-cert is missing":                  {"--tls-key", key},
		"--tls-cert cannot be read: there is no": {"--tls-cert", "/no/such/file", "--tls-key", key},
		"--tls-key cannot be read: ":             {"--tls-cert", cert, "--tls-key", good},
		"private key does not match public key":  {"--tls-cert", cert, "--tls-key", filepath.Join(other, "tls.key")},
		"failed to find certificate PEM data":    {"--tls-cert", key, "--tls-key", cert},
	} {
		if status, _, complaint := call(t, append([]string{"serve"}, flags...)...); status != exitUsage || !strings.Contains(complaint, want) {
			t.Errorf("%v ended with %d: %s", flags, status, complaint)
		}
	}
}

func TestACertificateThatMayCauseTroubleIsWarnedOf(t *testing.T) {
	dir := newPair(t, time.Now().Add(-time.Hour)).write(t)
	cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	s := started(t, "serve", "--tls-cert", cert, "--tls-key", key)
	warned := strings.Join(s.warnings, "\n")
	if !strings.Contains(warned, "expired") || !strings.Contains(warned, "others can read") {
		t.Errorf("warnings: %s", warned)
	}
}
