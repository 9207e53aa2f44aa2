package chaos

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// The sizes of the small file system for the database. It has space for a run and is
// quick to fill.
const (
	diskSize       = 288 << 20
	serverDiskSize = 480 << 20 // PostgreSQL has more files of its own
)

// A disk is the folder of the database, and can be made full. If it can be mounted as a
// small file system, which takes root, it is really filled. Otherwise a limit on the size
// of files stands in for that: the program cannot make any file larger than the largest
// file of the database is.
type disk struct {
	dir     string
	mounted bool
	limited []int // processes whose files are limited
}

// newDisk creates a disk in the folder, and lets other users enter the folder.
func newDisk(dir string, size int) (*disk, error) {
	d := &disk{dir: filepath.Join(dir, "disk")}
	if err := errors.Join(os.Mkdir(d.dir, 0o755), os.Chmod(dir, 0o755)); err != nil {
		return nil, err
	}
	d.mounted = syscall.Mount("tmpfs", d.dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)) == nil
	return d, nil
}

// means says by which means the disk is made full.
func (d *disk) means() string {
	if d.mounted {
		return "a tmpfs filled to the last byte"
	}
	return "RLIMIT_FSIZE instead of a full disk, because no file system can be mounted here"
}

// database returns the path of the database file.
func (d *disk) database() string { return filepath.Join(d.dir, "bulkpatch.db") }

// ballast returns the path of the file that fills the disk.
func (d *disk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill makes the disk full for the processes.
func (d *disk) fill(pids []int) error {
	if !d.mounted {
		return d.limit(pids)
	}
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for len(block) > 0 {
		_, err := f.Write(block)
		switch {
		case errors.Is(err, syscall.ENOSPC):
			block = block[:len(block)/2]
		case err != nil:
			return err
		}
	}
	return nil
}

// limit sets the limit on the size of files, for some processes.
func (d *disk) limit(pids []int) error {
	var largest int64
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(d.database() + suffix); err == nil {
			largest = max(largest, info.Size())
		}
	}
	for _, pid := range pids {
		limit := unix.Rlimit{Cur: uint64(largest), Max: unix.RLIM_INFINITY}
		if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil); err == nil {
			d.limited = append(d.limited, pid)
		}
	}
	if len(d.limited) == 0 {
		return errors.New("no process could be limited")
	}
	return nil
}

// clear makes space on the disk again.
func (d *disk) clear() error {
	if d.mounted {
		return os.Remove(d.ballast())
	}
	for _, pid := range d.limited {
		limit := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
		if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	d.limited = nil
	return nil
}

// close unmounts the file system. If keep names a folder, close first copies the files
// there.
func (d *disk) close(keep string) error {
	if !d.mounted {
		return nil
	}
	var err error
	if keep != "" {
		err = os.CopyFS(filepath.Join(keep, "kept"), os.DirFS(d.dir))
	}
	return errors.Join(err, syscall.Unmount(d.dir, syscall.MNT_DETACH))
}
