package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"runbook/effect"
)

// An operator answers the questions of a live run: by the flags that were
// given, or at the terminal.
type operator struct {
	app     *App
	yes     bool              // --yes: confirm everything
	noInput bool              // --no-input: nobody is there
	answers map[string]string // --answer ID=done|again|fail, for changes in doubt
	header  string            // LIVE or SIMULATED, repeated in every question
	pause   func() func()     // holds back the live view while a question stands

	asking atomic.Bool // a question stands

	mu    sync.Mutex
	in    *bufio.Reader
	lines chan string
}

// errNobody is why a question got no answer.
var errNobody = errors.New("nobody is there to answer")

// Perform asks one question at a time.
func (o *operator) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch r.Operation {
	case effect.OpConfirm:
		return o.confirm(ctx, r)
	case effect.OpResolve:
		return o.resolve(ctx, r)
	}
	return effect.Result{}, fmt.Errorf("internal error: the operator cannot %s", r.Operation)
}

// confirm gives the expected answer or an error of kind declined. Where nobody
// can answer, the run stops at this gate and asks again when it is resumed.
func (o *operator) confirm(ctx context.Context, r effect.Request) (effect.Result, error) {
	question, expect := r.Args[0].(string), r.Args[1].(string)
	if o.yes {
		fmt.Fprintf(o.app.stderr, "%s %s — yes (--yes)\n", o.header, question)
		return effect.Result{Value: answerOf(expect)}, nil
	}
	prompt := question + " [y/N]: "
	if expect != "" {
		prompt = question + " Type " + expect + " to go on: "
	}
	answer, err := o.ask(ctx, prompt)
	if errors.Is(err, errNobody) {
		return effect.Result{}, &exitError{
			code: StoppedAtGate, err: fmt.Errorf("%s — nobody is there to answer", question),
			hint: "answer at a terminal, or pass --yes",
		}
	}
	if err != nil {
		return effect.Result{}, err
	}
	if agreed(answer, expect) {
		return effect.Result{Value: answerOf(expect)}, nil
	}
	no := "the operator said no"
	if expect != "" && answer != "" {
		no = fmt.Sprintf("the operator typed %q, want %q", answer, expect)
	}
	return effect.Fail(&effect.Error{Kind: effect.Declined, Message: question + " — " + no}), nil
}

func answerOf(expect string) string {
	if expect == "" {
		return "yes"
	}
	return expect
}

func agreed(answer, expect string) bool {
	if expect != "" {
		return answer == expect
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes"
}

// resolve settles a change in doubt.
func (o *operator) resolve(ctx context.Context, r effect.Request) (effect.Result, error) {
	id, what, why := r.Args[0].(string), r.Args[1].(string), r.Args[2].(string)
	if answer := o.answers[id]; answer != "" {
		return effect.Result{Value: answer}, nil
	}
	fmt.Fprintf(o.app.stderr, "%s in doubt: %s\n  %s\n  Look at the system itself: did the change take effect?\n", o.header, visible(what), visible(why))
	for {
		answer, err := o.ask(ctx, "  [d]one, [a]gain (it did not), [s]top: ")
		if errors.Is(err, errNobody) {
			return effect.Fail(&effect.Error{Kind: effect.Declined, Message: err.Error()}), nil
		}
		if err != nil {
			return effect.Result{}, err
		}
		switch strings.ToLower(answer) {
		case "d", "done":
			return effect.Result{Value: "done"}, nil
		case "a", "again":
			return effect.Result{Value: "again"}, nil
		case "s", "stop":
			return effect.Fail(&effect.Error{Kind: effect.Declined, Message: "the operator stopped"}), nil
		}
	}
}

// question asks one question that is no request of the run, in its turn.
func (o *operator) question(ctx context.Context, prompt string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ask(ctx, prompt)
}

// ask puts a question to the terminal and waits for a line, or for the run to stop.
func (o *operator) ask(ctx context.Context, prompt string) (string, error) {
	if o.noInput || !o.app.interactive {
		return "", errNobody
	}
	if o.pause != nil {
		defer o.pause()()
	}
	o.asking.Store(true)
	defer o.asking.Store(false)
	fmt.Fprintf(o.app.stderr, "%s %s", o.header, visible(prompt))
	if o.in == nil {
		o.in, o.lines = bufio.NewReader(o.app.stdin), make(chan string)
		go o.read()
	}
	select {
	case line, ok := <-o.lines:
		if !ok {
			return "", errNobody
		}
		return strings.TrimSpace(line), nil
	case <-ctx.Done():
		fmt.Fprintln(o.app.stderr)
		return "", context.Cause(ctx)
	}
}

// read hands lines on until the input ends.
func (o *operator) read() {
	defer close(o.lines)
	for {
		line, err := o.in.ReadString('\n')
		if err != nil {
			return
		}
		o.lines <- line
	}
}
