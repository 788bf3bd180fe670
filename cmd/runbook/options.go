package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"runbook/effect"
)

// runOptions are the flags that exec and resume share.
type runOptions struct {
	yes, noInput, step bool
	json               bool
	quiet, verbose     bool
	timeout            duration
	answers            []string // ID=done|again|fail
	lift               []string // names of interlocks
}

func (o *runOptions) register(f *pflag.FlagSet) {
	f.BoolVarP(&o.yes, "yes", "y", false, "answer yes to every confirmation")
	f.BoolVar(&o.noInput, "no-input", false, "never ask; stop where an answer is needed")
	f.BoolVar(&o.step, "step", false, "ask before every change")
	f.BoolVar(&o.json, "json", false, "tell everything as JSON lines on stdout")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "only results, warnings and errors")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "also tell every effect")
	f.Var(&o.timeout, "timeout", "longest time the whole run may take, such as 2h")
	f.StringArrayVar(&o.lift, "lift", nil, "do without the interlock `RULE` in this run, after asking")
	f.StringArrayVar(&o.answers, "answer", nil, "settle a change in doubt: `EFFECT=done|again|fail`")
}

func (o *runOptions) level() verbosity {
	switch {
	case o.quiet:
		return quiet
	case o.verbose:
		return verbose
	}
	return normal
}

// doubts are the --answer flags by effect.
func (o *runOptions) doubts() (map[string]string, error) {
	answers := map[string]string{}
	for _, a := range o.answers {
		id, answer, _ := strings.Cut(a, "=")
		if id == "" || answer != "done" && answer != "again" && answer != "fail" {
			return nil, usage("--answer %s: want EFFECT=done, EFFECT=again or EFFECT=fail", a)
		}
		answers[id] = answer
	}
	return answers, nil
}

// duration is a flag's value: "90s", "1h30m".
type duration time.Duration

func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return effect.FormatDuration(time.Duration(*d))
}

// Set reads the flag.
func (d *duration) Set(s string) error {
	t, err := effect.ParseDuration(s)
	if err == nil && t < 0 {
		err = fmt.Errorf("got %q, want no less than 0s", s)
	}
	*d = duration(t)
	return err
}

// Type is what help calls the value.
func (d *duration) Type() string { return "duration" }
