package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A figure is what one run of a process took. Its memory is seen by its parent
// only if that is smaller: a process inherits the peak of the one that started
// it. So each run is started by this command again, small as it is at its
// beginning.
type figure struct {
	Wall  time.Duration
	CPU   time.Duration // user and system
	RSS   int64         // bytes, at its peak
	calls int64         // that the server counted
}

// childVariable is set where this command is to run and measure another.
const childVariable = "RUNBOOK_BENCH_CHILD"

// child runs a command, measures it, and writes the figure to stdout.
func child(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.Env = without(os.Environ(), childVariable)
	began := time.Now()
	err := cmd.Run()
	f := figure{Wall: time.Since(began)}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	f.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	f.RSS = peak(cmd.ProcessState)
	if err := json.NewEncoder(os.Stdout).Encode(f); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func without(env []string, name string) []string {
	var rest []string
	for _, pair := range env {
		if !strings.HasPrefix(pair, name+"=") {
			rest = append(rest, pair)
		}
	}
	return rest
}

// measure runs a command once. The error has what it wrote.
func measure(c command) (figure, error) {
	self, err := os.Executable()
	if err != nil {
		return figure{}, err
	}
	var result, output bytes.Buffer
	cmd := exec.Command(self, c.words...)
	cmd.Env = append(append(os.Environ(), c.env...), childVariable+"=1")
	cmd.Stdout, cmd.Stderr = &result, &output
	if err := cmd.Run(); err != nil {
		return figure{}, fmt.Errorf("%s: %w\n%s", c.name, err, tail(output.String()))
	}
	var f figure
	return f, json.NewDecoder(io.LimitReader(&result, 1<<10)).Decode(&f)
}

// tail is the end of an output.
func tail(s string) string {
	const most = 2000
	if len(s) > most {
		return "…" + s[len(s)-most:]
	}
	return s
}
