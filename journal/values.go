package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"

	"runbook/effect"
)

// DefaultInline is how many bytes a value may have, encoded, to be written
// into the journal itself. A larger one goes to a file of its own.
const DefaultInline = 16 << 10

const (
	valuesDir = "values"
	fileTag   = `{"$file":"`
)

// A vault keeps large values in files beside the journal, named by what they hold.
type vault struct {
	fsys   FS
	dir    string
	inline int

	mu   sync.Mutex
	kept map[string]struct{} // files that this life has written; nil before the first
}

// keep writes text into a file if it is large. It returns what stands for it
// in the journal, and what must be synced before that is.
func (v *vault) keep(text []byte) (ref []byte, owed []debt, err error) {
	if len(text) <= v.inline {
		return nil, nil, nil
	}
	sum := sha256.Sum256(text)
	name := hex.EncodeToString(sum[:])
	ref = fmt.Appendf(nil, `%s%s","size":%d}`, fileTag, name, len(text))
	owed = kept(v.dir, name)
	path := owed[0].name
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.kept[name]; ok {
		return ref, owed, nil
	}
	if v.kept == nil {
		if err := v.fsys.Mkdir(filepath.Dir(path)); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, nil, err
		}
		v.kept = map[string]struct{}{}
	}
	// One that is whole may be needed by an earlier record: it stays as it is.
	if old, err := read(v.fsys, path, int64(len(text))); err != nil || !bytes.Equal(old, text) {
		if err := write(v.fsys, path, text); err != nil {
			return nil, nil, err
		}
	}
	v.kept[name] = struct{}{}
	return ref, owed, nil
}

// kept is what must be synced so that a value's file lasts; the file is first.
func kept(dir, name string) []debt {
	path := filepath.Join(dir, valuesDir, name)
	return []debt{{name: path}, {name: filepath.Dir(path), dir: true}, {name: dir, dir: true}}
}

// write puts text into a file, new or not.
func write(fsys FS, name string, text []byte) error {
	f, err := fsys.Create(name)
	if errors.Is(err, fs.ErrExist) {
		if f, err = fsys.Append(name); err == nil {
			err = f.Truncate(0)
		}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// read gives the whole of a file that has size bytes at most.
func read(fsys FS, name string, size int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	n, err := f.Size()
	if err == nil && n > size {
		err = fmt.Errorf("%s: got %d bytes, want at most %d", name, n, size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	text := make([]byte, n)
	_, err = io.ReadFull(io.NewSectionReader(f, 0, n), text)
	return text, errors.Join(err, f.Close())
}

// A loader reads values back, from the line or from files.
type loader struct {
	fsys FS
	dir  string // of the run
}

// value reads what raw is or refers to.
func (l loader) value(raw []byte) (effect.Value, error) {
	if !bytes.HasPrefix(raw, []byte(fileTag)) {
		return effect.ParseJSON(raw)
	}
	text, err := l.file(raw)
	if err != nil {
		return nil, err
	}
	return effect.ParseJSON(text)
}

// file reads the file that raw refers to, and proves that it is what was written.
func (l loader) file(raw []byte) ([]byte, error) {
	name, size, err := fileRef(raw)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(l.dir, valuesDir, name)
	text, err := read(l.fsys, path, size)
	if err != nil {
		return nil, fmt.Errorf("value: %w", err)
	}
	if sum := sha256.Sum256(text); int64(len(text)) != size || hex.EncodeToString(sum[:]) != name {
		return nil, fmt.Errorf("value: %s: got other bytes than were recorded", path)
	}
	return text, nil
}

// fileRef takes what [vault.keep] wrote apart.
func fileRef(raw []byte) (name string, size int64, err error) {
	var sum [sha256.Size]byte
	rest := raw[len(fileTag):]
	const end = `","size":`
	if len(rest) < 2*len(sum)+len(end)+2 || string(rest[2*len(sum):2*len(sum)+len(end)]) != end {
		return "", 0, errSyntax
	}
	if _, err := hex.Decode(sum[:], rest[:2*len(sum)]); err != nil {
		return "", 0, errSyntax
	}
	size, err = integerOf(rest[2*len(sum)+len(end) : len(rest)-1])
	if err != nil || size < 0 {
		return "", 0, errSyntax
	}
	return string(rest[:2*len(sum)]), size, nil
}
