package host

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// fork makes a child process with a copy of this shell, which is not begun yet.
// Without one the status says so.
func (sh *shell) fork(body func(sub *shell)) *Process {
	child := sh.p.fork()
	if child == nil {
		sh.status = sh.complain(2, "Cannot fork")
		return nil
	}
	sub := *sh
	sub.p = child
	if sh.root == nil {
		sub.root = sh.p
	}
	sub.vars, sub.funcs, sub.opts = maps.Clone(sh.vars), maps.Clone(sh.funcs), maps.Clone(sh.opts)
	sub.locals = nil
	for _, scope := range sh.locals {
		sub.locals = append(sub.locals, maps.Clone(scope))
	}
	sub.params = slices.Clone(sh.params)
	sub.traps, sub.pending, sub.jobs, sub.saved = map[Signal]string{}, nil, nil, nil
	child.program = func(p *Process) int {
		p.Trap(sub.signal)
		body(&sub)
		return sub.leave()
	}
	return child
}

// await waits for a child in the foreground and says what it died of.
func (sh *shell) await(child *Process) {
	sh.status = sh.p.Wait(child)
	if death := child.killedBy; death != 0 {
		for _, known := range signals {
			if known.signal == death && known.death != "" {
				fmt.Fprintln(sh.p.Stderr, known.death)
			}
		}
	}
}

func (sh *shell) subshell(body func(sub *shell)) {
	if sh.alone && len(sh.traps) == 0 {
		body(sh)
		return
	}
	if child := sh.fork(body); child != nil {
		child.begin()
		sh.await(child)
	}
}

// background starts a statement and goes on.
func (sh *shell) background(st *syntax.Stmt) {
	plain := *st
	plain.Background, plain.Coprocess, plain.Disown = false, false, false
	child := sh.fork(func(sub *shell) {
		sub.alone = true
		sub.stmt(&plain)
	})
	if child == nil {
		return
	}
	child.setFD(0, newDescriptor(device("null")))
	child.Ignore(INT, true)
	child.Ignore(QUIT, true)
	child.begin()
	sh.jobs = append(slices.DeleteFunc(sh.jobs, func(p *Process) bool { return p.ended && len(sh.jobs) > 100 }), child)
	sh.last = child
	sh.status = 0
}

// pipeline runs its parts at the same time, each in a process of its own.
func (sh *shell) pipeline(cmd *syntax.BinaryCmd) {
	type part struct {
		st  *syntax.Stmt
		all bool // stderr goes to the next one as well
	}
	var parts []part
	var flatten func(cmd *syntax.BinaryCmd, all bool)
	add := func(st *syntax.Stmt, all bool) {
		if inner, ok := st.Cmd.(*syntax.BinaryCmd); ok && len(st.Redirs) == 0 && !st.Negated && !st.Background &&
			(inner.Op == syntax.Pipe || inner.Op == syntax.PipeAll) {
			flatten(inner, all)
			return
		}
		parts = append(parts, part{st, all})
	}
	flatten = func(cmd *syntax.BinaryCmd, all bool) {
		add(cmd.X, cmd.Op == syntax.PipeAll)
		add(cmd.Y, all)
	}
	flatten(cmd, false)
	var children []*Process
	var before *pipe
	for i, part := range parts {
		child := sh.fork(func(sub *shell) {
			sub.alone = true
			sub.stmt(part.st)
		})
		if child == nil {
			break
		}
		if before != nil {
			child.setFD(0, newDescriptor(pipeReader{before}))
		}
		if i < len(parts)-1 {
			before = &pipe{}
			child.setFD(1, newDescriptor(pipeWriter{before}))
			if part.all {
				child.setFD(2, child.fds[1].dup())
			}
		}
		children = append(children, child)
	}
	sh.awaitAll(children, len(parts))
}

// awaitAll begins the parts of a pipeline and waits for all of them. Were there
// fewer than wanted, none is run.
func (sh *shell) awaitAll(children []*Process, want int) {
	if len(children) < want {
		for _, child := range children {
			child.finish(2)
		}
		return
	}
	for _, child := range children {
		child.begin()
	}
	failed := 0
	for _, child := range children {
		sh.await(child)
		if sh.status != 0 {
			failed = sh.status
		}
	}
	if sh.opts['p'] {
		sh.status = failed
	}
}

// substitute is $(…): what the statements write, without newlines at its end.
func (sh *shell) substitute(stmts []*syntax.Stmt) (string, error) {
	if text, ok, err := sh.readSubst(stmts); ok {
		return text, err
	}
	q := &pipe{}
	child := sh.fork(func(sub *shell) {
		sub.alone = true
		sub.stmts(stmts)
	})
	if child == nil {
		return "", nil
	}
	child.setFD(1, newDescriptor(pipeWriter{q}))
	child.begin()
	reader := pipeReader{q}
	defer reader.close()
	var out []byte
	buffer := make([]byte, 4096)
	for {
		n, err := reader.read(sh.p, buffer)
		out = append(out, buffer[:n]...)
		if err == io.EOF {
			break
		}
		if len(out) > maxExpansion {
			return "", fmt.Errorf("got more than %d bytes of a command substitution", maxExpansion)
		}
	}
	sh.subStatus = sh.p.Wait(child)
	sh.subbed = true
	return trimOutput(out), nil
}

// trimOutput is what a command substitution makes of a command's output.
func trimOutput(out []byte) string {
	end := len(out)
	for end > 0 && out[end-1] == '\n' {
		end--
	}
	return string(slices.DeleteFunc(out[:end], func(c byte) bool { return c == 0 }))
}

// readSubst is bash's $(<file).
func (sh *shell) readSubst(stmts []*syntax.Stmt) (text string, ok bool, err error) {
	if !sh.bash || len(stmts) != 1 || stmts[0].Cmd != nil || len(stmts[0].Redirs) != 1 || stmts[0].Redirs[0].Op != syntax.RdrIn {
		return "", false, nil
	}
	name, err := sh.word(stmts[0].Redirs[0].Word)
	if err != nil {
		return "", true, err
	}
	data, err := sh.p.Files().ReadFile(name)
	if err != nil {
		sh.subbed, sh.subStatus = true, sh.complain(1, "cannot open %s: %s", name, openText(err))
		return "", true, nil
	}
	return trimOutput(data), true, nil
}
