package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"runbook/effect"
)

// A Holder says who works on a system.
type Holder struct {
	Run     string // id
	Runbook string
	PID     int
	Host    string
	Since   time.Time
}

// A Lock is a system that this process alone works on, until it is released or
// the process dies.
type Lock struct{ file File }

// Lock locks a system for a run. The error is a [*Locked] if another run has it.
func (s *Store) Lock(system string, h Holder) (*Lock, error) {
	dir := filepath.Join(s.Root, locksDir)
	if _, err := mkdirs(s.fs(), dir); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(system))
	path := filepath.Join(dir, fmt.Sprintf("%s-%x", safeName(system), sum[:4]))
	f, err := s.fs().Lock(path)
	if errors.Is(err, ErrLocked) {
		return nil, &Locked{System: system, Holder: s.holder(path)}
	}
	if err != nil {
		return nil, err
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.Write(effect.AppendJSON(nil, h.fields()))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{file: f}, nil
}

// safeName keeps what every file system and shell takes as it is.
func safeName(s string) string {
	s = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), 64)]
}

// Release lets others work on the system.
func (l *Lock) Release() error { return errors.Join(l.file.Truncate(0), l.file.Close()) }

func (h Holder) fields() effect.Struct {
	return effect.Struct{
		{Name: "run", Value: h.Run},
		{Name: "runbook", Value: h.Runbook},
		{Name: "pid", Value: int64(h.PID)},
		{Name: "host", Value: h.Host},
		{Name: "since", Value: h.Since.UTC().Round(0)},
	}
}

// holder reads who holds a lock; zero if that cannot be told.
func (s *Store) holder(path string) Holder {
	var h Holder
	text, err := read(s.fs(), path, maxLine)
	if err != nil {
		return h
	}
	v, _ := effect.ParseJSON(text) // one that is being written is nobody yet
	fields, _ := v.(effect.Struct)
	for _, f := range fields {
		switch v := f.Value.(type) {
		case string:
			for name, p := range map[string]*string{"run": &h.Run, "runbook": &h.Runbook, "host": &h.Host} {
				if f.Name == name {
					*p = v
				}
			}
		case int64:
			h.PID = int(v)
		case time.Time:
			h.Since = v
		}
	}
	return h
}
