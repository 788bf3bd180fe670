package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"

	"runbook/journal"
)

// version is set when a release is built.
var version = "0.1.0-dev"

// An App is everything the process gives to a command. Nothing else touches
// the process's arguments, environment, standard streams, clock or signals.
type App struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	interactive    bool // a person sits at stdin and stderr
	terminal       bool // stderr is a terminal
	outTerminal    bool // stdout is one
	width          func() int
	signals        func() (<-chan os.Signal, func())
}

func newApp() *App {
	errFD := int(os.Stderr.Fd())
	return &App{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv:      os.Getenv,
		now:         time.Now,
		interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(errFD),
		terminal:    term.IsTerminal(errFD),
		outTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		width: func() int {
			w, _, err := term.GetSize(errFD)
			if err != nil || w <= 0 {
				return 80
			}
			return w
		},
		signals: func() (<-chan os.Signal, func()) {
			c := make(chan os.Signal, 4)
			signal.Notify(c, os.Interrupt, syscall.SIGTERM)
			// Who reads what is printed may go, as head does; the work goes on.
			unheard := make(chan os.Signal, 1)
			signal.Notify(unheard, syscall.SIGPIPE)
			return c, func() { signal.Stop(c); signal.Stop(unheard) }
		},
	}
}

// run executes the command line and returns the exit status.
func (a *App) run(args []string) (status int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(a.stderr, "runbook: internal error: %v\n\n%s\n", p, debug.Stack())
			status = int(Internal)
		}
	}()
	root := a.command()
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	return a.exit(err)
}

// stateDir is where runs are kept: $XDG_STATE_HOME/runbook or its default.
func (a *App) stateDir() string {
	if dir := a.getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "runbook")
	}
	home := a.getenv("HOME")
	if home == "" { // as for a service: it must not depend on the current folder
		if u, err := user.Current(); err == nil {
			home = u.HomeDir
		}
	}
	return filepath.Join("/", home, ".local", "state", "runbook")
}

// store is where the runs of this user are kept.
func (a *App) store() *journal.Store { return &journal.Store{Root: a.stateDir(), Now: a.now} }
