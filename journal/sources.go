package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strconv"
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
	Offset int64  // of its first byte there
	Size   int64  // in bytes; 0 for the rest of the file
	SHA256 string // of the text, in hex
}

// sourcesFile has the sources of a run's first life; those of an edited one
// are in a file of their own.
const sourcesFile = "sources"

// maxSources is the largest file of sources that is read back.
const maxSources = 64 << 20

// keepSources writes all sources of a life into one file, which costs a run
// one sync instead of one for each, and returns what must be synced. They are
// found again by offset and size; what stands between them is for people.
func keepSources(fsys FS, dir string, life int, sources []Source) ([]SourceInfo, []debt, error) {
	file := sourcesFile
	if life > 1 {
		file += "-" + strconv.Itoa(life)
	}
	infos := make([]SourceInfo, 0, len(sources))
	seen := map[string]bool{}
	var all []byte
	for _, s := range sources {
		if seen[s.Name] {
			return nil, nil, fmt.Errorf("source %q: got it twice, want each name once", s.Name)
		}
		seen[s.Name] = true
		title := s.Name
		if !strconv.CanBackquote(title) {
			title = strconv.Quote(title)
		}
		all = fmt.Appendf(all, "-- %s --\n", title)
		sum := sha256.Sum256(s.Text)
		infos = append(infos, SourceInfo{
			Name: s.Name, File: file, Offset: int64(len(all)), Size: int64(len(s.Text)), SHA256: hex.EncodeToString(sum[:]),
		})
		if all = append(all, s.Text...); !bytes.HasSuffix(all, []byte{'\n'}) {
			all = append(all, '\n')
		}
	}
	path := filepath.Join(dir, file)
	if err := write(fsys, path, all); err != nil {
		return nil, nil, err
	}
	return infos, []debt{{name: path}, {name: dir, dir: true}}, nil
}

// sourceFiles is what must be synced for sources to last.
func sourceFiles(dir string, infos []SourceInfo) []debt {
	owed := []debt{{name: dir, dir: true}}
	for _, s := range infos {
		path := filepath.Join(dir, filepath.FromSlash(s.File))
		owed = append(owed, debt{name: path}, debt{name: filepath.Dir(path), dir: true})
	}
	return owed
}

// readSources reads all sources of a life and proves that they are those recorded.
func readSources(fsys FS, dir string, infos []SourceInfo) ([]Source, error) {
	files := map[string][]byte{}
	sources := make([]Source, len(infos))
	for i, info := range infos {
		if _, ok := files[info.File]; !ok {
			text, err := readSourceFile(fsys, dir, info)
			if err != nil {
				return nil, err
			}
			files[info.File] = text
		}
		text, ok := info.in(files[info.File])
		if sum := sha256.Sum256(text); !ok || hex.EncodeToString(sum[:]) != info.SHA256 {
			return nil, &Damaged{
				Path: filepath.Join(dir, info.File), Problem: fmt.Sprintf("got other text than the source %q that was recorded", info.Name),
			}
		}
		sources[i] = Source{Name: info.Name, Text: text}
	}
	return sources, nil
}

func readSourceFile(fsys FS, dir string, info SourceInfo) ([]byte, error) {
	file := filepath.FromSlash(info.File)
	if !filepath.IsLocal(file) {
		return nil, fmt.Errorf("source %q: got the file %q, want one in the run's directory", info.Name, info.File)
	}
	text, err := read(fsys, filepath.Join(dir, file), maxSources)
	if err != nil {
		return nil, fmt.Errorf("source %q: %w", info.Name, err)
	}
	return text, nil
}

// in cuts the source out of its file.
func (i SourceInfo) in(file []byte) ([]byte, bool) {
	if i.Offset < 0 || i.Size < 0 || i.Offset > int64(len(file)) || i.Size > int64(len(file))-i.Offset {
		return nil, false
	}
	if i.Offset == 0 && i.Size == 0 {
		return file, true
	}
	return file[i.Offset:][:i.Size:i.Size], true
}
