package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"runbook/interpreter"
	"runbook/simulator"
)

// A problem is one thing that is wrong at one place of a file.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`   // counted from 1; 0 if it is about the whole file
	Column  int    `json:"column,omitempty"` // counted from 1, in bytes; 0 if not known
	Message string `json:"message"`
	Source  string `json:"source,omitempty"` // the line
	Hint    string `json:"hint,omitempty"`
}

// problemsOf are all things that err says are wrong with files; name is the
// file that was looked at.
func problemsOf(err error, name string, files map[string][]byte) []problem {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []problem
		for _, e := range joined.Unwrap() {
			all = append(all, problemsOf(e, name, files)...)
		}
		return all
	}
	var placed *simulator.ScenarioError
	if errors.As(err, &placed) {
		p := newProblem(placed.Position, placed.Err.Error(), name, files)
		if x := interpreter.Explain(placed.Err, files); x.Position != "" {
			p.Message, p.Hint = x.Message, x.Hint
		}
		return []problem{p}
	}
	x := interpreter.Explain(err, files)
	all := []problem{}
	for _, x := range append([]*interpreter.Explanation{x}, x.More...) {
		p := newProblem(x.Position, x.Message, name, files)
		p.Hint = x.Hint
		all = append(all, p)
	}
	return all
}

// newProblem makes a problem at a position, "file:line:col" or only a file.
// A message that begins with the position loses it.
func newProblem(position, message, name string, files map[string][]byte) problem {
	p := problem{File: name, Message: message}
	if position == "" {
		p.Message = strings.TrimPrefix(message, name+": ")
		return p
	}
	p.File, p.Line, p.Column = parsePosition(position)
	p.Message = strings.TrimPrefix(strings.TrimPrefix(message, position+": "), p.File+": ")
	if lines := strings.Split(string(files[p.File]), "\n"); p.Line >= 1 && p.Line <= len(lines) {
		p.Source = strings.TrimRight(lines[p.Line-1], "\r")
	}
	return p
}

// parsePosition reads "file:line:col", "file:line" or "file".
func parsePosition(s string) (file string, line, column int) {
	numbers := []int{}
	for len(numbers) < 2 {
		i := strings.LastIndexByte(s, ':')
		if i < 0 {
			break
		}
		n, err := strconv.Atoi(s[i+1:])
		if err != nil {
			break
		}
		s, numbers = s[:i], append(numbers, n)
	}
	switch len(numbers) {
	case 1:
		return s, numbers[0], 0
	case 2:
		return s, numbers[1], numbers[0]
	}
	return s, 0, 0
}

// place is where the problem is, as editors read it.
func (p problem) place() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// write writes the problem with its source line.
func (p problem) write(w io.Writer, color bool) {
	fmt.Fprintf(w, "%s: %s\n", paint(color, bold, p.place()), p.Message)
	if p.Source != "" {
		line := strings.ReplaceAll(p.Source, "\t", " ")
		fmt.Fprintf(w, "    %s\n", line)
		if p.Column > 0 && p.Column <= len(line)+1 {
			fmt.Fprintf(w, "    %s%s\n", strings.Repeat(" ", p.Column-1), paint(color, red, "^"))
		}
	}
	if p.Hint != "" {
		fmt.Fprintf(w, "  %s %s\n", paint(color, bold, "hint:"), p.Hint)
	}
}

// invalidScenario shows all errors of a scenario.
func (a *App) invalidScenario(err error, name string, src []byte) error {
	for _, p := range problemsOf(err, name, map[string][]byte{name: src}) {
		fmt.Fprint(a.stderr, paint(a.color(), red, "error: "))
		p.write(a.stderr, a.color())
	}
	return &exitError{code: InvalidScript, err: err, silent: true}
}
