package host

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// waitBuiltin waits for background jobs: those named by pid or %number, or all.
// A trapped signal ends it.
func waitBuiltin(sh *shell, argv []string) int {
	if len(argv) == 1 {
		for _, job := range sh.jobs {
			if s := sh.waitFor(job); s != 0 {
				return 128 + int(s)
			}
		}
		sh.jobs = nil
		return 0
	}
	status := 0
	for _, name := range argv[1:] {
		if strings.HasPrefix(name, "-") {
			continue
		}
		job := sh.job(name)
		if job == nil {
			status = statusNotFound
			continue
		}
		if s := sh.waitFor(job); s != 0 {
			return 128 + int(s)
		}
		status = job.status
	}
	return status
}

// waitFor waits for a child, or for a trapped signal, which it gives.
func (sh *shell) waitFor(child *Process) Signal {
	sh.p.step()
	for !child.ended {
		if len(sh.pending) > 0 {
			return sh.pending[0]
		}
		child.waiters = append(child.waiters, sh.p)
		sh.p.park(forever)
	}
	return 0
}

// job finds a background job by pid or %number.
func (sh *shell) job(name string) *Process {
	number, isJob := strings.CutPrefix(name, "%")
	n, err := strconv.Atoi(number)
	switch {
	case isJob && (number == "" || number == "%" || number == "+"):
		return sh.last
	case err != nil:
		return nil
	case isJob && n >= 1 && n <= len(sh.jobs):
		return sh.jobs[n-1]
	case isJob:
		return nil
	}
	for _, job := range sh.jobs {
		if job.pid == n {
			return job
		}
	}
	return nil
}

func jobsBuiltin(sh *shell, argv []string) int {
	pids := slices.Contains(argv, "-p")
	for i, job := range sh.jobs {
		switch {
		case job.ended:
		case pids:
			sh.say(strconv.Itoa(job.pid))
		default:
			sh.say(fmt.Sprintf("[%d] + Running", i+1))
		}
	}
	return 0
}

func killBuiltin(sh *shell, argv []string) int {
	return kill(sh.p, argv[1:], func(format string, args ...any) {
		sh.complain(1, "kill: "+format, args...)
	}, func(name string) (int, bool) {
		job := sh.job(name)
		if job == nil {
			return 0, false
		}
		return job.pid, true
	})
}

// killProgram is /usr/bin/kill.
func killProgram(p *Process) int {
	return kill(p, p.args[1:], func(format string, args ...any) {
		p.Errorf(format, args...)
	}, func(string) (int, bool) { return 0, false })
}

// kill is kill [-SIGNAL | -s SIGNAL | -l [number]] [--] pid…
func kill(p *Process, args []string, complain func(string, ...any), job func(string) (int, bool)) int {
	s := TERM
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && len(args[0]) > 1 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if arg == "-l" || arg == "-L" {
			return killList(p.Stdout, args)
		}
		name := arg[1:]
		if (name == "s" || name == "n") && len(args) > 0 {
			name, args = args[0], args[1:]
		}
		var ok bool
		if s, ok = ParseSignal(name); !ok {
			complain("invalid signal number or name: %s", name)
			return 1
		}
		if len(args) > 0 && args[0] != "--" {
			break
		}
	}
	if len(args) == 0 {
		complain("Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or kill -l [exitstatus]")
		return 2
	}
	status := 0
	for _, target := range args {
		pid, err := strconv.Atoi(target)
		if strings.HasPrefix(target, "%") {
			var ok bool
			if pid, ok = job(target); !ok {
				complain("No such process")
				status = 1
				continue
			}
		} else if err != nil {
			complain("Illegal number: %s", target)
			return 2
		}
		if text := send(p, pid, s); text != "" {
			complain("%s", text)
			status = 1
		}
	}
	return status
}

// send sends a signal as kill(2) does; it gives why it could not.
func send(p *Process, pid int, s Signal) string {
	m := p.machine
	found := false
	switch {
	case pid == 1:
		return ErrNotPermitted.text
	case pid > 0:
		found = m.Signal(pid, s)
	case pid == 0:
		found = m.SignalGroup(p.pgid, s)
	case pid == -1:
		found = m.signalAll(s, func(other *Process) bool { return other != p })
	default:
		found = m.SignalGroup(-pid, s)
	}
	if !found {
		return "No such process"
	}
	return ""
}

// killList is kill -l: all names, or that of a status.
func killList(out io.Writer, args []string) int {
	if len(args) == 0 {
		for _, known := range signals {
			fmt.Fprintf(out, "%2d) %s\n", int(known.signal), known.name)
		}
		return 0
	}
	for _, arg := range args {
		if s, ok := ParseSignal(arg); ok && isDigits(arg) {
			fmt.Fprintln(out, Signal(int(s)%128).String())
		} else if n, err := strconv.Atoi(arg); err == nil {
			fmt.Fprintln(out, Signal(n%128).String())
		} else if ok {
			fmt.Fprintln(out, int(s))
		}
	}
	return 0
}
