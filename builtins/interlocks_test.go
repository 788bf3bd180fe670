package builtins_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"runbook/builtins"
	"runbook/effect"
	"runbook/interpreter"
)

// patience has a change judged by rules, in a world whose time passes in waits
// and where nobody answers what is called silent.
func patience(t *testing.T, rules string) (refused *effect.Error, asked int) {
	t.Helper()
	set, err := builtins.LoadInterlocks(interpreter.Bundle{"a.star": []byte(rules)}, []string{"a.star"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	world := effect.PerformerFunc(func(ctx context.Context, r effect.Request) (effect.Result, error) {
		switch {
		case r.Kind == effect.KindPoll:
			return r.Body(ctx, now)
		case r.Operation == effect.OpWait:
			now = now.Add(time.Duration(r.Args[0].(int64)))
			return effect.Result{}, nil
		case r.Operation == effect.OpNow:
			return effect.Result{Value: now}, nil
		}
		asked++
		if r.Operation == "silent" {
			return effect.Fail(&effect.Error{Kind: effect.Unreachable, Message: "nobody is there"}), nil
		}
		return effect.Result{Value: r.Operation}, nil
	})
	court := (*builtins.Site)(nil).Court(world, nil)
	refused, err = set.Judge(t.Context(), court, &effect.Request{Kind: effect.KindXMLRPC, Target: "s", Operation: "x", Class: effect.Change})
	if err != nil {
		t.Fatal(err)
	}
	return refused, asked
}

// TestPatience: where one rule has waited in vain the others look, but wait no
// more; all of them are told.
func TestPatience(t *testing.T) {
	t.Parallel()
	rule := func(name, method, saw string) string {
		return fmt.Sprintf(`interlock(name = %q, before = change(), require = lambda r, s: poll(
    lambda: xmlrpc.server("http://127.0.0.1/").call(%q, reads = True), timeout = "1h", every = "10m", tolerate = ["unreachable"]) and %q, reason = "x")
`, name, method, saw)
	}
	alone, looks := patience(t, rule("one", "silent", ""))
	if want := "not reached within 1h"; !strings.Contains(alone.Message, want) {
		t.Errorf("got %v, want %s", alone, want)
	}
	all, asked := patience(t, rule("one", "silent", "")+rule("two", "silent", "")+rule("three", "there", "a fire"))
	for _, want := range []string{`"one": x; cannot read what it needs: `, `"two": x; cannot read what it needs: `, `"three": x; saw: a fire`} {
		if !strings.Contains(all.Message, want) {
			t.Errorf("got %v, want %s", all, want)
		}
	}
	if want := looks + 2; asked != want {
		t.Errorf("got %d looks, want %d: those of the first, and one of each other", asked, want)
	}
}

// TestRulesMayNotWait: what a rule waits for is told, so it has to poll.
func TestRulesMayNotWait(t *testing.T) {
	t.Parallel()
	refused, _ := patience(t, `interlock(name = "one", before = change(), require = lambda r, s: wait("1h"), reason = "x")`)
	if want := "it cannot tell: wait: the function of an interlock may not wait"; refused == nil || !strings.Contains(refused.Message, want) {
		t.Errorf("got %v, want %s", refused, want)
	}
}
