package web

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Media types that calls take and answer with.
const (
	TypeJSON   = "application/json"
	TypeMerge  = "application/merge-patch+json"
	TypeNDJSON = "application/x-ndjson"
	TypeCSV    = "text/csv"
	// TypeProblem is a problem document (RFC 9457).
	TypeProblem = "application/problem+json"
	// TypeForm is a form without files.
	TypeForm = "application/x-www-form-urlencoded"
	TypeTSV  = "text/tab-separated-values"
	TypeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	// TypeExcel is what browsers on Windows send CSV as, too.
	TypeExcel = "application/vnd.ms-excel"
	TypeText  = "text/plain"
	TypeBytes = "application/octet-stream"
)

// ReadyBody makes the body of a request ready to be read, and unpacks it if it
// is compressed. It returns the media type of the body, which must be one of
// types; a body without a Content-Type counts as the first of them. For any other
// type it returns a problem. It must be called once, before anything is read.
func ReadyBody(r *http.Request, types ...string) (string, error) {
	return readyBody(r, readable, ", in UTF-8.", types)
}

// ReadyFile is [ReadyBody] for a file, which is in any charset: what it is in is found
// out, whatever the header says.
func ReadyFile(r *http.Request, types ...string) (string, error) {
	return readyBody(r, func(string, string) bool { return true }, ".", types)
}

func readyBody(r *http.Request, readable func(mediaType, charset string) bool, how string, types []string) (string, error) {
	if err := Unpack(r); err != nil {
		return "", err
	}
	given := r.Header.Get("Content-Type")
	if given == "" {
		return types[0], nil
	}
	base, params, err := mime.ParseMediaType(given)
	if err == nil && slices.Contains(types, base) && readable(base, params["charset"]) {
		return base, nil
	}
	list := strings.Join(types, ", ")
	header := "Accept-Post"
	if r.Method == http.MethodPatch {
		header = "Accept-Patch"
	}
	return "", NewProblem("unsupported_media_type", "This call takes "+list+how).Set(header, list)
}

// readable reports whether a body in a charset can be read. CSV may be in
// UTF-16, which its byte order mark tells.
func readable(mediaType, charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") ||
		mediaType == TypeCSV && strings.EqualFold(charset, "utf-16")
}

// firstRead is the first size of the buffer of a body, in bytes.
const firstRead = 4 << 10

// AppendBody reads on until raw has size bytes. It returns io.EOF where the
// body ended before. Memory grows with what has come, not with size.
func AppendBody(raw []byte, body io.Reader, size int64) ([]byte, error) {
	for int64(len(raw)) < size {
		if len(raw) == cap(raw) {
			raw = slices.Grow(raw, max(firstRead, min(len(raw), int(size)-len(raw))))
		}
		n, err := body.Read(raw[len(raw):min(cap(raw), int(size))])
		raw = raw[:len(raw)+n]
		if err != nil {
			return raw, err
		}
	}
	return raw, nil
}

// maxDrain is how many bytes of a body that is too large are read and
// dropped. A caller who reads the answer only after sending all gets it then,
// instead of a broken connection.
const maxDrain = 8 << 20

// TooLarge returns the problem of a body above limit bytes. It first reads
// the rest of the body, or closes the connection if that is long.
func TooLarge(w http.ResponseWriter, r *http.Request, limit int64) error {
	if _, err := io.CopyN(io.Discard, packed(r), maxDrain); err != io.EOF {
		w.Header().Set("Connection", "close")
	}
	return NewProblem("too_large", "The body is larger than "+strconv.FormatInt(limit, 10)+" bytes.")
}
