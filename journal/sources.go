package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// A Source is one file of a program, exactly as it was loaded.
type Source struct {
	Name string // as its loader knows it: "site.star", "@runbook//lib/exaoperation.star"
	Text []byte
}

// A SourceInfo says where a source is kept.
type SourceInfo struct {
	Name   string
	File   string // in the run's directory
	SHA256 string // of the text, in hex
}

const sourcesDir = "sources"

// maxSource is the largest source that is read back.
const maxSource = 64 << 20

// infoOf names the file of a source by its hash and its own last name, so that
// lives which share a source share the file and people find it.
func infoOf(s Source) SourceInfo {
	sum := sha256.Sum256(s.Text)
	digest := hex.EncodeToString(sum[:])
	return SourceInfo{Name: s.Name, File: sourcesDir + "/" + digest[:16] + "-" + safeName(path.Base(s.Name)), SHA256: digest}
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

// keepSources writes the sources that are not yet kept, and returns what is to
// be synced.
func keepSources(fsys FS, dir string, sources []Source) ([]SourceInfo, []debt, error) {
	infos := make([]SourceInfo, 0, len(sources))
	seen := map[string]bool{}
	folder := filepath.Join(dir, sourcesDir)
	if err := fsys.Mkdir(folder); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, nil, err
	}
	owed := []debt{{name: folder, dir: true}}
	for _, s := range sources {
		if seen[s.Name] {
			return nil, nil, fmt.Errorf("source %q: got it twice, want each name once", s.Name)
		}
		seen[s.Name] = true
		info := infoOf(s)
		infos = append(infos, info)
		file := filepath.Join(dir, filepath.FromSlash(info.File))
		if _, err := readSource(fsys, dir, info); err != nil {
			if err := write(fsys, file, s.Text); err != nil {
				return nil, nil, err
			}
		}
		owed = append(owed, debt{name: file})
	}
	return infos, owed, nil
}

// readSource reads a source back and proves that it is the one recorded.
func readSource(fsys FS, dir string, info SourceInfo) ([]byte, error) {
	file := filepath.FromSlash(info.File)
	if !filepath.IsLocal(file) {
		return nil, fmt.Errorf("source %q: got the file %q, want one in the run's directory", info.Name, info.File)
	}
	file = filepath.Join(dir, file)
	text, err := read(fsys, file, maxSource)
	if err != nil {
		return nil, fmt.Errorf("source %q: %w", info.Name, err)
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != info.SHA256 {
		return nil, &Damaged{Path: file, Problem: fmt.Sprintf("got other text than the source %q that was recorded", info.Name)}
	}
	return text, nil
}

// readSources reads all sources of a life.
func readSources(fsys FS, dir string, infos []SourceInfo) ([]Source, error) {
	sources := make([]Source, len(infos))
	for i, info := range infos {
		text, err := readSource(fsys, dir, info)
		if err != nil {
			return nil, err
		}
		sources[i] = Source{Name: info.Name, Text: text}
	}
	return sources, nil
}
