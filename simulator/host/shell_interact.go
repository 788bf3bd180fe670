package host

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Dialogue says how Interactive speaks with its user.
type Dialogue struct {
	Prompt bool                          // there is a terminal: prompts are printed, and errors do not end the shell
	Ran    func(line string, status int) // called when a command line has been run; nil for nobody
}

// Interactive is a login shell that runs the lines of its stdin as they come,
// in one directory and with one set of variables.
func Interactive(d Dialogue) Program {
	return func(p *Process) int {
		t := &talk{shell: newShell(p, false), Dialogue: d}
		if d.Prompt {
			p.Trap(t.signal)
		}
		return t.run()
	}
}

// A talk is an interactive shell at work.
type talk struct {
	*shell
	Dialogue
	prompt  string // what stands before the line that is being read; "" while one is run
	stopped bool   // Ctrl-C came while a line was run
}

// run reads and runs lines until there are no more, or one is exit.
func (t *talk) run() int {
	text := ""
	for {
		line, err := t.readLine(text != "")
		if err != nil && line == "" && text == "" {
			if t.Prompt {
				fmt.Fprintln(t.p.Stdout, "exit")
			}
			return t.leave()
		}
		text += line
		file, wrong := t.understand(text)
		if wrong != nil && syntax.IsIncomplete(wrong) && err == nil && len(text) < maxScript {
			continue
		}
		if wrong != nil {
			t.status = t.syntaxError(wrong)
			t.tell(text)
			if !t.Prompt {
				return t.status
			}
		} else if t.obey(file, text) {
			return t.leave()
		}
		text = ""
	}
}

// understand reads a command line in POSIX grammar, or in bash's if that fails.
// The error of one that may go on is that it is not complete.
func (t *talk) understand(text string) (*syntax.File, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err == nil || syntax.IsIncomplete(err) {
		return file, err
	}
	extended, wrong := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if wrong == nil || syntax.IsIncomplete(wrong) {
		return extended, wrong
	}
	return nil, err
}

// obey runs a command line, and reports whether it is the last.
func (t *talk) obey(file *syntax.File, text string) (last bool) {
	t.stopped = false
	t.stmts(file.Stmts)
	last = t.jump.kind == exitShell && !t.stopped && (!t.Prompt || exits(file))
	if !last {
		t.jump = jump{}
		t.depth, t.calls, t.loops, t.tested = 0, 0, 0, 0
	}
	t.tell(text)
	return last
}

func (t *talk) tell(text string) {
	if text = strings.TrimSpace(text); t.Ran != nil && text != "" {
		t.Ran(text, t.status)
	}
}

// exits reports whether a command line has a command that ends the shell: what
// else would end a script does not end a shell with a user.
func exits(file *syntax.File) (found bool) {
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			found = found || slices.Contains([]string{"exit", "exec", "eval", "."}, call.Args[0].Lit())
		}
		return true
	})
	return found
}

// readLine reads up to the end of a line, and no further: the rest is for who
// is run.
func (t *talk) readLine(more bool) (string, error) {
	if t.Prompt {
		t.prompt = t.p.User() + "@" + t.p.machine.cfg.Name + ":" + t.place() + t.mark()
		if more {
			t.prompt = "> "
		}
		fmt.Fprint(t.p.Stdout, t.prompt)
	}
	defer func() { t.prompt = "" }()
	var line []byte
	for b := make([]byte, 1); len(line) < maxScript; {
		n, err := t.p.Stdin.Read(b)
		if n > 0 {
			line = append(line, b[0])
		}
		if err != nil || n > 0 && b[0] == '\n' {
			return string(line), err
		}
	}
	return string(line), io.ErrShortBuffer
}

// place is the directory as a prompt shows it.
func (t *talk) place() string {
	home := t.p.machine.cfg.Home
	if below, ok := strings.CutPrefix(t.p.dir, home); ok && (below == "" || below[0] == '/') {
		return "~" + below
	}
	return t.p.dir
}

func (t *talk) mark() string {
	if t.p.User() == "root" {
		return "# "
	}
	return "$ "
}

// signal is what keys and others send: Ctrl-C ends the line, not the shell.
func (t *talk) signal(s Signal) bool {
	switch {
	case s == INT && t.prompt != "":
		fmt.Fprint(t.p.Stdout, "\n"+t.prompt)
	case s == INT:
		fmt.Fprintln(t.p.Stdout)
		t.stopped, t.status = true, 128+int(INT)
		t.jump = jump{kind: exitShell}
	case s == QUIT || s == TERM:
	default:
		return t.shell.signal(s)
	}
	return true
}
