package host

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"runbook/effect"
)

// A localShell runs programs on this machine, each in a session of its own.
type localShell struct {
	home, keys string
}

func (l *localShell) interpreter() string { return "/bin/sh" }
func (l *localShell) where() string       { return l.keys }

func (l *localShell) start(ctx context.Context, program string, _ bool) (*process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", program)
	cmd.Dir = l.home
	cmd.SysProcAttr = ownSession()
	p, ours, err := pipes(cmd)
	if err == nil {
		err = cmd.Start()
	}
	for _, f := range []any{cmd.Stdin, cmd.Stdout, cmd.Stderr} {
		if f, ok := f.(*os.File); ok && f != nil {
			f.Close()
		}
	}
	if err != nil {
		for _, f := range ours {
			f.Close()
		}
		return nil, &effect.Error{Kind: effect.Unreachable, Message: "this machine: " + cause(err).Error()}
	}
	p.end = func() {
		for _, f := range ours {
			f.Close()
		}
	}
	go func() {
		defer close(p.exited)
		if err := cmd.Wait(); err != nil {
			if _, ok := errors.AsType[*exec.ExitError](err); !ok {
				p.err = &lost{err.Error()}
				return
			}
		}
		p.status = statusOf(cmd.ProcessState)
	}()
	return p, nil
}

// pipes makes the process's three ends: theirs are the command's.
func pipes(cmd *exec.Cmd) (*process, []*os.File, error) {
	var ours, theirs [3]*os.File
	var err error
	for i := range ours {
		var r, w *os.File
		if r, w, err = os.Pipe(); err != nil {
			break
		}
		ours[i], theirs[i] = r, w
		if i == 0 {
			ours[i], theirs[i] = w, r
		}
	}
	if theirs[0] != nil {
		cmd.Stdin = theirs[0]
	}
	if theirs[1] != nil {
		cmd.Stdout = theirs[1]
	}
	if theirs[2] != nil {
		cmd.Stderr = theirs[2]
	}
	return &process{stdin: ours[0], stdout: ours[1], stderr: ours[2], exited: make(chan struct{})}, ours[:], err
}

// cause is what a system says, without the name of the call and the file.
func cause(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}
