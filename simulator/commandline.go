package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"runbook/effect"
)

// This file defines what a request to a host says: the command and how it is
// run. What the live client refuses is refused, in the same words.

// What holds where a request to a host, and the host it is for, say nothing:
// as for live hosts.
const (
	DefaultCommandTimeout = time.Minute            // longest life of a command
	DefaultConnectTimeout = 10 * time.Second       // longest time until a connection stands
	DefaultKeepAlive      = 15 * time.Second       // until a silent connection is known to be dead
	DefaultSettle         = 500 * time.Millisecond // how long a daemon must stay alive for its start to count
	DefaultKept           = 1 << 20                // bytes that are kept of the end of each stream
)

const (
	mostKept    = 64 << 20  // bytes that a request may ask to be kept
	mostCommand = 120 << 10 // bytes of a command: Linux takes no longer word of a command line than 128 KiB
)

// A how is a command and how it is run.
type how struct {
	argv   []string
	line   string
	input  []byte
	env    []string // NAME=value
	dir    string
	kept   int     // bytes of the end of each stream
	ok     []int64 // statuses that are no error; empty for every one
	binary bool

	// Of a daemon:
	log    string
	settle time.Duration
}

// howOf reads the arguments of a request. The error says what nobody can run.
func howOf(r *effect.Request) (how, error) {
	h := how{kept: DefaultKept, ok: []int64{0}, settle: DefaultSettle}
	if len(r.Args) != 2 {
		return h, fmt.Errorf("arguments: got %d, want a command and how it is run", len(r.Args))
	}
	if err := h.setCommand(r.Args[0]); err != nil {
		return h, err
	}
	options, ok := r.Args[1].(effect.Struct)
	if !ok {
		return h, fmt.Errorf("how: got %T, want a struct", r.Args[1])
	}
	for _, f := range options {
		if err := h.set(f); err != nil {
			return h, err
		}
	}
	if r.Operation == effect.OpStart && h.log == "" {
		return h, errors.New("log: got none, want the file that the output is appended to")
	}
	return h, h.check()
}

func (h *how) setCommand(v effect.Value) error {
	switch v := v.(type) {
	case string:
		h.line = v
		if strings.TrimSpace(v) == "" {
			return errors.New("command: got an empty line, want a command")
		}
		return nil
	case []effect.Value:
		for _, w := range v {
			s, ok := w.(string)
			if !ok {
				return fmt.Errorf("command: got %T among its words, want strings", w)
			}
			h.argv = append(h.argv, s)
		}
		if len(v) == 0 || h.argv[0] == "" {
			return errors.New("command: got no name, want one")
		}
		return nil
	}
	return fmt.Errorf("command: got %T, want a list of words or a line", v)
}

// set takes one field of how a command is run. One that nobody knows is
// refused: leaving it out would be another command.
func (h *how) set(f effect.Field) error {
	ok := true
	n := int64(0)
	switch f.Name {
	case "input":
		ok = h.setInput(f.Value)
	case "env":
		ok = h.setEnv(f.Value)
	case "cwd":
		h.dir, ok = f.Value.(string)
	case "log":
		h.log, ok = f.Value.(string)
	case "binary":
		h.binary, ok = f.Value.(bool)
	case "settle":
		n, ok = f.Value.(int64)
		h.settle = time.Duration(max(n, 0))
	case "ok":
		ok = h.setOK(f.Value)
	case "limit":
		if n, ok = f.Value.(int64); ok && (n < 0 || n > mostKept) {
			return fmt.Errorf("limit: got %d bytes, want 0 to %d", n, mostKept)
		}
		h.kept = int(n)
	default:
		return fmt.Errorf("how: got %q, want input, env, cwd, limit, ok, binary, log or settle", f.Name)
	}
	if !ok {
		return fmt.Errorf("%s: got %T, want another type", f.Name, f.Value)
	}
	return nil
}

// setInput takes what the command reads. No secret is resolved here.
func (h *how) setInput(v effect.Value) bool {
	switch v := v.(type) {
	case string:
		h.input = []byte(v)
	case effect.Bytes:
		h.input = []byte(v)
	case effect.Secret:
		h.input = []byte(v.String())
	default:
		return false
	}
	return true
}

func (h *how) setEnv(v effect.Value) bool {
	fields, ok := v.(effect.Struct)
	for _, f := range fields {
		text, isText := f.Value.(string)
		h.env = append(h.env, f.Name+"="+text)
		ok = ok && isText
	}
	return ok
}

func (h *how) setOK(v effect.Value) bool {
	list, ok := v.([]effect.Value)
	h.ok = nil
	for _, e := range list {
		n, isNumber := e.(int64)
		h.ok = append(h.ok, n)
		ok = ok && isNumber
	}
	return ok
}

// check refuses what no shell can be told.
func (h *how) check() error {
	all := append([]string{h.line, h.dir, h.log}, h.argv...)
	for _, v := range h.env {
		name, value, _ := strings.Cut(v, "=")
		if !isName(name) {
			return fmt.Errorf("env: got the name %q, want letters, digits and underscores", name)
		}
		all = append(all, value)
	}
	if slices.ContainsFunc(all, func(s string) bool { return strings.ContainsRune(s, 0) }) {
		return errors.New("command: got a NUL character, want none")
	}
	if n := len(strings.Join(all, " ")); n > mostCommand {
		return fmt.Errorf("command: got %d bytes, want at most about %d", n, mostCommand)
	}
	return nil
}

// isName reports whether s can be the name of a shell's variable.
func isName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// words is the command in one line, for faults that look for a part of it.
func (h *how) words() string {
	if h.argv == nil {
		return h.line
	}
	return strings.Join(h.argv, " ")
}

// isOK reports whether a status is no error.
func (h *how) isOK(status int) bool { return len(h.ok) == 0 || slices.Contains(h.ok, int64(status)) }
