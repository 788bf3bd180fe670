package simulator

import (
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
	DefaultCommandTimeout = time.Minute      // longest life of a command
	DefaultConnectTimeout = 10 * time.Second // longest time until a connection stands
	DefaultKeepAlive      = 15 * time.Second // until a silent connection is known to be dead
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
	c, err := effect.ParseCommand(r, mostKept)
	if err != nil {
		return how{}, err
	}
	h := how{
		argv: c.Argv, line: c.Line, dir: c.Dir, kept: int(c.Limit), ok: c.OK, binary: c.Binary,
		log: c.Log, settle: max(c.Settle, 0),
	}
	switch v := c.Input.(type) { // no secret is resolved here
	case string:
		h.input = []byte(v)
	case effect.Bytes:
		h.input = []byte(v)
	case effect.Secret:
		h.input = []byte(v.String())
	}
	all := append([]string{c.Line, c.Dir, c.Log}, c.Argv...)
	for _, v := range c.Env {
		h.env = append(h.env, v.Name+"="+v.Value)
		all = append(all, v.Value)
	}
	if n := len(strings.Join(all, " ")); n > mostCommand {
		return h, fmt.Errorf("command: got %d bytes, want at most about %d", n, mostCommand)
	}
	return h, nil
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
