package host

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// redirect does redirections in order. restore undoes them; it must be called
// even if one failed, when the reason has been told.
func (sh *shell) redirect(redirs []*syntax.Redirect) (restore func(), ok bool) {
	base := len(sh.saved)
	restore = func() {
		for len(sh.saved) > base {
			last := len(sh.saved) - 1
			s := sh.saved[last]
			sh.saved = sh.saved[:last]
			s.restore(sh.p)
		}
	}
	for _, r := range redirs {
		if err := sh.redirectOne(r, func(n int, d *descriptor) {
			sh.saved = append(sh.saved, savedFD{n, sh.p.fds[n]})
			sh.p.fds[n] = d
		}); err != nil {
			if err != errTold {
				sh.complain(2, "%v", err)
			}
			return restore, false
		}
	}
	return restore, true
}

// A savedFD is what was open before a redirection.
type savedFD struct {
	n   int
	old *descriptor
}

func (s savedFD) restore(p *Process) {
	if p.ended { // killed: what is open now is closed by finish
		s.close()
		return
	}
	p.setFD(s.n, s.old)
}

func (s savedFD) close() {
	if s.old != nil {
		s.old.close()
	}
}

// forget makes all redirections last, as before another program takes over.
func (sh *shell) forget() {
	for _, s := range sh.saved {
		s.close()
	}
	sh.saved = nil
}

// redirectOne does one redirection by way of set.
func (sh *shell) redirectOne(r *syntax.Redirect, set func(int, *descriptor)) error {
	n := 1
	switch r.Op {
	case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		n = 0
	}
	if r.N != nil {
		named, err := strconv.Atoi(r.N.Value)
		if err != nil || named >= maxFDs {
			return fmt.Errorf("%s: bad file descriptor", r.N.Value)
		}
		n = named
	}
	if r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc {
		text, err := sh.hereDocument(r)
		if err == nil {
			set(n, newDescriptor(&bytesStream{data: []byte(text)}))
		}
		return err
	}
	word, err := sh.word(r.Word)
	if err != nil {
		return err
	}
	switch r.Op {
	case syntax.WordHdoc:
		set(n, newDescriptor(&bytesStream{data: []byte(word + "\n")}))
		return nil
	case syntax.DplIn, syntax.DplOut:
		if r.Op == syntax.DplOut && r.N == nil && word != "-" && !isDigits(word) {
			return sh.openBoth(word, syntax.RdrAll, set)
		}
		return sh.duplicate(n, word, set)
	case syntax.RdrAll, syntax.AppAll:
		return sh.openBoth(word, r.Op, set)
	}
	d, err := sh.open(word, r.Op)
	if err == nil {
		set(n, d)
	}
	return err
}

// openBoth is bash's &>file.
func (sh *shell) openBoth(name string, op syntax.RedirOperator, set func(int, *descriptor)) error {
	how := syntax.RdrOut
	if op == syntax.AppAll {
		how = syntax.AppOut
	}
	d, err := sh.open(name, how)
	if err == nil {
		set(1, d)
		set(2, d.dup())
	}
	return err
}

// duplicate is n>&word.
func (sh *shell) duplicate(n int, word string, set func(int, *descriptor)) error {
	if word == "-" {
		set(n, nil)
		return nil
	}
	from, err := strconv.Atoi(strings.TrimSuffix(word, "-"))
	if err != nil || from < 0 || from >= maxFDs || sh.p.fds[from] == nil {
		return fmt.Errorf("%s: Bad file descriptor", word)
	}
	set(n, sh.p.fds[from].dup())
	if strings.HasSuffix(word, "-") && from != n {
		set(from, nil)
	}
	return nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// hereDocument is the text of one: expanded unless its delimiter was quoted.
func (sh *shell) hereDocument(r *syntax.Redirect) (string, error) {
	if r.Hdoc == nil {
		return "", nil
	}
	quoted := false
	for _, part := range r.Word.Parts {
		lit, plain := part.(*syntax.Lit)
		quoted = quoted || !plain || strings.Contains(lit.Value, `\`)
	}
	if quoted {
		var b strings.Builder
		for _, part := range r.Hdoc.Parts {
			if lit, ok := part.(*syntax.Lit); ok {
				b.WriteString(lit.Value)
			}
		}
		return dedent(b.String(), r.Op), nil
	}
	return sh.document(r.Hdoc, r.Op)
}

// dedent removes the tabs that <<- allows.
func dedent(text string, op syntax.RedirOperator) string {
	if op != syntax.DashHdoc {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, "\t")
	}
	return strings.Join(lines, "")
}

// open opens a file as a redirection does.
func (sh *shell) open(name string, op syntax.RedirOperator) (*descriptor, error) {
	if op == syntax.RdrOut && sh.opts['C'] {
		if info, err := sh.p.Files().Stat(name); err == nil && info.Mode().IsRegular() {
			return nil, fmt.Errorf("cannot create %s: File exists", name)
		}
	}
	d, err := sh.p.open(name, op)
	switch {
	case err == nil:
		return d, nil
	case op == syntax.RdrIn:
		return nil, fmt.Errorf("cannot open %s: %s", name, openText(err))
	case err == error(ErrNotExist) || err == error(ErrNotDir):
		return nil, fmt.Errorf("cannot create %s: Directory nonexistent", name)
	}
	return nil, fmt.Errorf("cannot create %s: %s", name, Text(err))
}

// openText is dash's word for an error of opening.
func openText(err error) string {
	if text := Text(err); text != ErrNotExist.text && text != ErrNotDir.text {
		return text
	}
	return "No such file"
}

// open opens a file for a redirection's operator.
func (p *Process) open(name string, op syntax.RedirOperator) (*descriptor, error) {
	if fd, ok := map[string]int{"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}[name]; ok {
		if p.fds[fd] == nil {
			return nil, ErrNotExist
		}
		return p.fds[fd].dup(), nil
	}
	files := p.Files()
	s := &fileStream{tree: files.tree, reads: op == syntax.RdrIn || op == syntax.RdrInOut, writes: op != syntax.RdrIn}
	if !s.writes {
		at, err := files.walk(name, true, false)
		switch {
		case err != nil:
			return nil, err
		case at.node == nil:
			return nil, ErrNotExist
		case !files.may(at.node, 4):
			return nil, ErrPermission
		}
		s.node = at.node
	} else {
		n, err := files.create(name)
		if err != nil {
			return nil, err
		}
		s.node, s.appends = n, op == syntax.AppOut
		if op == syntax.RdrOut || op == syntax.RdrClob {
			if err := files.tree.truncate(n); err != nil {
				return nil, err
			}
		}
	}
	if s.node.mode&fileDevice != 0 {
		return newDescriptor(device(s.node.target)), nil
	}
	return newDescriptor(s), nil
}

// fileStream is an open file.
type fileStream struct {
	tree          *tree
	node          *node
	offset        int64
	reads, writes bool
	appends       bool
}

func (s *fileStream) read(_ *Process, b []byte) (int, error) {
	switch {
	case !s.reads:
		return 0, ErrBadDescriptor
	case s.node.mode.IsDir():
		return 0, ErrIsDir
	case s.offset >= int64(len(s.node.data)):
		return 0, io.EOF
	}
	n := copy(b, s.node.data[s.offset:])
	s.offset += int64(n)
	return n, nil
}

func (s *fileStream) write(_ *Process, b []byte) (int, error) {
	if !s.writes {
		return 0, ErrBadDescriptor
	}
	if s.appends {
		s.offset = int64(len(s.node.data))
	}
	if err := s.tree.writeAt(s.node, s.offset, b); err != nil {
		return 0, err
	}
	s.offset += int64(len(b))
	return len(b), nil
}

func (s *fileStream) close() {}
