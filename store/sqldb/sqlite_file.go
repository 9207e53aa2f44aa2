package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jmoiron/sqlx"
)

// privately is the mode of a database file, which holds customers' data. SQLite
// gives the files beside it the same mode.
const privately fs.FileMode = 0o600

// createFile creates an empty database file that only its owner can read, unless
// it exists. SQLite itself would let everybody read it. It does not even open an
// existing file, because closing it would release all locks that this process
// holds on it.
func createFile(path string) error {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, privately)
		if err == nil {
			return f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		target, err := os.Readlink(path) // a link to a file that does not exist yet
		if err != nil {
			return err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
}

// warnOfReaders logs a warning with the database's files that others can read.
func warnOfReaders(path string, log *slog.Logger) {
	var open []string
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o044 != 0 {
			open = append(open, file)
		}
	}
	if len(open) > 0 {
		log.Warn("others can read the database's files; run: chmod 600 " + strings.Join(open, " "))
	}
}

// thereIsSQLite implements [Exists].
func thereIsSQLite(ctx context.Context, address, table string) error {
	path := sqlitePath(address)
	none := func(reason string) error { return fmt.Errorf("%w at %s: %s", ErrNoDatabase, path, reason) }
	switch info, err := os.Stat(path); {
	case isMissing(err):
		return none(missing(path))
	case err != nil:
		return sqliteOpening(path, err)
	case info.IsDir():
		return none("it is a folder")
	case info.Size() == 0:
		return none("the file is empty")
	}
	db, err := sqlx.Open(sqliteDriver, sqliteFile(path)+"?mode=rw&_busy_timeout=5000")
	if err != nil {
		return err
	}
	defer db.Close()
	var tables int
	err = db.GetContext(ctx, &tables, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?`, table)
	switch code, _, _ := sqliteError(err); {
	case code == sqliteNotADatabase:
		return none(notSQLite)
	case err != nil:
		return sqliteOpening(path, err)
	case tables == 0:
		return none("it has none of the tables")
	}
	return nil
}

const notSQLite = "the file is no SQLite database"

// sqliteOpening turns the error of opening a file into a sentence for the user.
func sqliteOpening(path string, err error) error {
	code, _, _ := sqliteError(err)
	if code == sqliteBusy || code == sqliteProtocol {
		return fmt.Errorf("%w: %s is locked; does another process stand still in the middle of a write? Let it go on, or end it", ErrUnavailable, path)
	}
	reason := err.Error()
	info, statErr := os.Stat(path)
	switch {
	case strings.Contains(reason, "CGO_ENABLED=0"):
		reason = "this binary was built without cgo, which SQLite needs: build it with CGO_ENABLED=1 and a C compiler"
	case statErr == nil && info.IsDir():
		reason = "it is a folder"
	case isMissing(err):
		reason = missing(path)
	case code == sqliteNotADatabase:
		reason = notSQLite
	case errors.Is(err, fs.ErrPermission) || code == sqliteReadOnly || code == sqliteCannotOpen:
		reason = "this user may not write the file, or files beside it"
	}
	return fmt.Errorf("the database %s cannot be opened: %s", path, reason)
}

func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// missing says what does not exist: the file, or even its folder.
func missing(path string) string {
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return "there is no folder " + folder
	}
	return "there is no such file"
}
