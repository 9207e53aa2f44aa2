package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
)

// fileReason explains an error of a file in one sentence.
func fileReason(err error) string {
	path := ""
	var file *fs.PathError
	var link *os.LinkError
	if errors.As(err, &file) {
		path = file.Path
	} else if errors.As(err, &link) {
		path = link.New
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("there is no file or folder %s", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("this user may not open %s", path)
	case errors.Is(err, syscall.EISDIR):
		return fmt.Sprintf("%s is a folder", path)
	}
	return fmt.Sprintf("%s: %s", path, innermost(err))
}

// fileStatus returns the exit status for an error of a file: wrong usage if the
// name is wrong, failure if reading or writing broke off.
func fileStatus(err error) int {
	for _, wrong := range []error{fs.ErrNotExist, fs.ErrPermission, fs.ErrExist, syscall.EISDIR, syscall.ENOTDIR} {
		if errors.Is(err, wrong) {
			return exitUsage
		}
	}
	return exitFailed
}

// callReason explains in one sentence why a call got no answer.
func callReason(call *url.Error) string {
	where := "the server"
	if u, err := url.Parse(call.URL); err == nil {
		if u.Host == memory {
			return networkReason(call)
		}
		where = u.Scheme + "://" + u.Host
	}
	return fmt.Sprintf("%s cannot be reached: %s", where, networkReason(call))
}

// networkReason explains why a connection failed.
func networkReason(err error) string {
	var name *net.DNSError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var number syscall.Errno
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "the name " + name.Name + " is not known"
	case errors.As(err, &certificate):
		return "its certificate is not trusted: " + certificate.Err.Error()
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "it does not speak https: try http"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "it does not answer in time"
	case errors.As(err, &number):
		return number.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke off"
	}
	return innermost(err)
}

// innermost returns the text of the innermost wrapped error.
func innermost(err error) string {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err.Error()
}
