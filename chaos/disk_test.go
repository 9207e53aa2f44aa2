package chaos

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// The sizes of the small file system that the database gets: room
// for all that a run needs, and quick to fill.
const (
	diskSize       = 288 << 20
	serverDiskSize = 480 << 20 // a server has more of its own
)

// A disk is where the database lies, and can be made full. Where a small
// file system of its own can be mounted, which takes root, it is really full;
// otherwise a limit on the size of files stands in for that: the program may
// write no file beyond its present size.
type disk struct {
	dir     string
	mounted bool
	limited []int // processes whose files are limited
}

// newDisk makes a disk in the folder, which other users may then enter.
func newDisk(dir string, size int) (*disk, error) {
	d := &disk{dir: filepath.Join(dir, "disk")}
	if err := errors.Join(os.Mkdir(d.dir, 0o755), os.Chmod(dir, 0o755)); err != nil {
		return nil, err
	}
	d.mounted = syscall.Mount("tmpfs", d.dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)) == nil
	return d, nil
}

// means says how the disk is made full.
func (d *disk) means() string {
	if d.mounted {
		return "a tmpfs filled to the last byte"
	}
	return "RLIMIT_FSIZE instead of a full disk, as no file system may be mounted here"
}

// database is the path of the database file.
func (d *disk) database() string { return filepath.Join(d.dir, "bulkpatch.db") }

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

// limit keeps the processes from making the largest file any larger.
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

// clear gives the disk its room again.
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

// close takes the file system away. What is on it can be kept in a folder.
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
