package table

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
)

// compoundMagic begins the container of old workbooks, and of those with a password.
var compoundMagic = []byte("\xd0\xcf\x11\xe0")

const detailLocked = "This workbook is encrypted with a password: save it without one, or save the sheet as CSV (UTF-8)."

// compound says why a file cannot be read that begins like a container.
func compound(in *input) error {
	if isEncrypted(in) {
		return in.cause(&Refusal{detailLocked})
	}
	return in.cause(&Refusal{foreign(compoundMagic)})
}

// isEncrypted looks into the first part of the container's directory for the stream
// that an encrypted workbook is in.
func isEncrypted(in *input) bool {
	const shiftAt, directoryAt = 30, 48 // in the header: the size of sectors, and the directory's number
	header := make([]byte, 512)
	if _, err := in.ReadAt(header, 0); err != nil && err != io.EOF {
		return false
	}
	shift := binary.LittleEndian.Uint16(header[shiftAt:])
	if shift != 9 && shift != 12 { // the two sizes that there are
		return false
	}
	directory := make([]byte, 1<<shift)
	at := (int64(binary.LittleEndian.Uint32(header[directoryAt:])) + 1) << shift
	n, _ := in.ReadAt(directory, at)
	var name []byte
	for _, unit := range utf16.Encode([]rune("EncryptedPackage")) {
		name = binary.LittleEndian.AppendUint16(name, unit)
	}
	return bytes.Contains(directory[:n], name)
}
