package journal

import (
	"bytes"
	"fmt"
)

// A survey is what one reading of a whole journal gives.
type survey struct {
	index  *index
	last   span   // the last record
	number int    // its number
	chain  uint32 // its checksum
	size   int64  // where it ends
	notice string // what was dropped behind it
	ended  *Outcome
	owed   []debt // files of values that nothing proves durable
}

// surveyFile reads and proves a journal up to its end.
func surveyFile(path string, file File, load loader) (*survey, error) {
	size, err := file.Size()
	if err != nil {
		return nil, err
	}
	notice := ""
	for {
		s, lost, err := surveyTo(path, file, size, load)
		if err != nil {
			return nil, err
		}
		if lost.record == 0 {
			if notice != "" {
				s.notice = notice
			}
			if s.index.end.record > 0 {
				s.ended, err = readEnd(path, file, s.index.end, load)
			}
			return s, err
		}
		size = lost.offset
		notice = fmt.Sprintf("record %d at byte %d and what follows is dropped: the file that its value is in was lost when the power went",
			lost.record, lost.offset)
	}
}

// surveyTo reads up to size. It returns the first record that refers to a file
// that is lost, though nothing promised that it would last.
func surveyTo(path string, file File, size int64, load loader) (*survey, span, error) {
	x := &index{branches: map[string][]entry{}}
	sc := newScanner(path, file, size)
	var refs []span // records that refer to files, since the last that proves them durable
	for {
		line, err := sc.next()
		if err != nil {
			return nil, span{}, err
		}
		if line == nil {
			break
		}
		settled := x.settled
		if err := x.add(line, sc.at, load); err != nil {
			return nil, span{}, &Damaged{Path: path, Record: int(sc.at.record), Offset: sc.at.offset, Problem: err.Error()}
		}
		if x.settled != settled {
			refs = refs[:0]
		}
		if bytes.Contains(line, []byte(fileTag)) && x.settled != sc.at.offset {
			refs = append(refs, sc.at)
		}
	}
	v := &survey{index: x, last: sc.at, number: sc.number, chain: sc.chain, size: sc.offset, notice: sc.notice}
	for _, at := range refs {
		owed, ok := filesOf(file, at, load)
		if !ok {
			return nil, at, nil
		}
		v.owed = append(v.owed, owed...)
	}
	return v, span{}, nil
}

// filesOf lists the files that a record refers to, and reports whether they are there and whole.
func filesOf(file File, at span, load loader) (owed []debt, ok bool) {
	line := make([]byte, at.length)
	if _, err := file.ReadAt(line, at.offset); err != nil {
		return nil, false
	}
	err := walk(line, func(_, raw []byte) bool {
		if !bytes.HasPrefix(raw, []byte(fileTag)) {
			return true
		}
		name, _, err := fileRef(raw)
		if err == nil {
			_, err = load.file(raw)
		}
		owed = append(owed, kept(load.dir, name)...)
		return err == nil
	})
	return owed, err == nil
}

func readEnd(path string, file File, at span, load loader) (*Outcome, error) {
	line := make([]byte, at.length)
	if _, err := file.ReadAt(line, at.offset); err != nil {
		return nil, err
	}
	o, _, err := parseEnd(line, load)
	if err != nil {
		return nil, &Damaged{Path: path, Record: int(at.record), Offset: at.offset, Problem: err.Error()}
	}
	return o, nil
}
