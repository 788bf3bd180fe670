package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"runbook/effect"
)

// TestAgreeRows is what TestAgree once found that the twins did not agree on:
// the answers of both, word for word.
func TestAgreeRows(t *testing.T) {
	t.Parallel()
	ops := agreePeers[0]
	for _, row := range []struct {
		name   string
		faults string
		asked  question
		want   string
	}{
		{
			name: "a user without a password", asked: question{method: "getNodeList", peer: effect.Peer{User: "ops"}},
			want: "error: unauthorized: status 401 Unauthorized",
		},
		{
			name: "a user with a colon", asked: question{method: "getNodeList", peer: effect.Peer{User: "a:b"}},
			want: "error: unauthorized: user: got a name with a colon, which HTTP basic authentication cannot carry",
		},
		{
			name: "no method", asked: question{peer: ops},
			want: "error: refused: method: got no name, want one",
		},
		{
			name: "space around a method", asked: question{method: " getNodeList\n", peer: ops},
			want: `error: fault: Unexpected Zope exception: NotFound: Object: <object at /cluster1>, name: u' getNodeList\n'`,
		},
		{
			name: "no URL", asked: question{object: "/%zz", method: "getNodeList", peer: ops},
			want: "error: refused: target: got no URL, want http://HOST/PATH or https://HOST/PATH",
		},
		{
			name: "text that XML cannot carry", asked: question{method: "startupNode", args: []effect.Value{"n\x00"}, peer: ops},
			want: "error: refused: argument 1: got text with the control character U+0000 at byte 1, which XML cannot carry; send it as bytes",
		},
		{
			name:  "a number that XML-RPC cannot carry",
			asked: question{method: "startupNode", args: []effect.Value{effect.Struct{{Name: "\a", Value: nil}}, math.NaN()}, peer: ops},
			want:  "error: refused: argument 1: name of a member: got text with the control character U+0007 at byte 0, which XML cannot carry; send it as bytes",
		},
		{
			name: "not a number", asked: question{method: "startupNode", args: []effect.Value{[]effect.Value{math.NaN()}}, peer: ops},
			want: "error: refused: argument 1: item 0: got NaN, want a number that XML-RPC can carry",
		},
		{
			name: "control characters in a fault", faults: `fault.reply("\u009b31m\ta\rb", code = 9223372036854775807)`,
			asked: question{method: "getNodeList", peer: ops},
			want:  "error: fault:  31m\ta b",
		},
		{
			name: "a long fault", faults: `fault.reply("é" * 10000)`, asked: question{method: "getNodeList", peer: ops},
			want: "error: fault: " + strings.Repeat("é", 8192) + "…",
		},
		{
			name: "slow and refused", faults: `fault.slow("7s", takes_effect = "after"), fault.slow("1s"), fault.unauthorized()`,
			asked: question{method: "getNodeList", peer: ops},
			want:  "error: unauthorized: status 401 Unauthorized",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, t.Context(), "http", 1, `state = "running"`, row.faults)
			defer w.close()
			if got := w.ask(t.Context(), row.asked).Describe(); got != row.want {
				t.Errorf("%v = %s\nwant %s", row.asked, got, row.want)
			}
		})
	}
}

// TestAgreeOnValues sends values that XML could damage and reads them again.
func TestAgreeOnValues(t *testing.T) {
	t.Parallel()
	w := newTwins(t, t.Context(), "https", 1, `state = "running"`)
	defer w.close()
	ask := func(object, method string, args ...effect.Value) effect.Value {
		t.Helper()
		res := w.ask(t.Context(), question{object: object, method: method, args: args, peer: agreePeers[0]})
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return res.Value
	}
	ask("/db_exa_db1", "editDatabase", oddFields)
	read, ok := ask("/db_exa_db1", "getProperties").(effect.Struct)
	if !ok {
		t.Fatalf("getProperties = %s, want a dictionary", effect.Describe(read))
	}
	for _, f := range oddFields {
		want := f.Value
		if when, ok := want.(time.Time); ok {
			want = when.Truncate(time.Second) // XML-RPC has no fractions
		}
		if got, _ := read.Get(f.Name); !effect.Equal(got, want) {
			t.Errorf("%q = %s, want %s", f.Name, effect.Describe(got), effect.Describe(want))
		}
	}
}

// TestAgreeOnLateAnswers asks for what does not come in time: the change is in
// doubt, and takes effect in both worlds.
func TestAgreeOnLateAnswers(t *testing.T) {
	t.Parallel()
	for _, takes := range []string{"before", "after"} {
		t.Run(takes, func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, t.Context(), "http", 1, `state = "stopped"`, `fault.slow("1h", takes_effect = "`+takes+`", method = "startupNode")`)
			defer w.close()
			w.clock.hold = make(chan struct{})
			q := question{method: "getNodeList", peer: agreePeers[0], class: effect.Change}
			w.ask(t.Context(), q) // there is a connection now
			q.method, q.args, q.limit = "startupNode", []effect.Value{"n0011"}, 200*time.Millisecond
			res := w.ask(t.Context(), q)
			if got, want := res.Describe(), "error: timeout: no reply within 200ms"; got != want || !res.Err.Doubt {
				t.Errorf("got %s, want %s, in doubt", got, want)
			}
			close(w.clock.hold) // the server makes the call now, though nobody waits for it
			w.close()
			w.direct.Advance(2 * time.Hour)
			w.compareWorlds()
			if state := strings.Join(w.direct.DescribeShort(), "\n"); !strings.Contains(state, "n0011 up") {
				t.Errorf("n0011 is not up:\n%s", state)
			}
		})
	}
}
