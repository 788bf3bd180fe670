package builtins_test

import (
	"context"
	"testing"
	"time"

	"runbook/builtins"
	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// trivial answers every call with its place in a row, and lets time pass when
// somebody waits.
type trivial struct {
	now   time.Time
	calls int64
}

func (w *trivial) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	switch {
	case r.Body != nil:
		return r.Body(ctx, w.now)
	case r.Operation == effect.OpNow:
		return effect.Result{Value: w.now}, nil
	case r.Operation == effect.OpWait:
		w.now = w.now.Add(time.Duration(r.Args[0].(int64)))
		return effect.Result{}, nil
	}
	w.calls++
	return effect.Result{Value: w.calls}, nil
}

func benchmark(b *testing.B, per int, src string) {
	engine := interpreter.NewEngine(builtins.Predeclared(), interpreter.Bundle{
		"main.star": []byte("server = xmlrpc.server(\"http://h/c\", reads = [\"get*\"])\n" + src),
	}, interpreter.Limits{})
	p, err := engine.Load("main.star")
	if err != nil {
		b.Fatal(err)
	}
	args, err := p.Bind(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		world := &trivial{now: interpretertest.Start}
		if _, err := p.Run(b.Context(), &interpreter.Run{Performer: effect.Unrecorded(world), Branches: interpretertest.Sequential{}}, args); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(per), "ns/each")
}

func BenchmarkCall(b *testing.B) {
	benchmark(b, 1000, "def main():\n    for i in range(1000):\n        server.getNodeState(\"n0011\")\n")
}

func BenchmarkPoll(b *testing.B) {
	benchmark(b, 100, "def main(): poll(server.getNodeState, until = 100, timeout = \"1h\")\n")
}

func BenchmarkPolls(b *testing.B) {
	benchmark(b, 1000, "def main():\n    for i in range(1000):\n        poll(server.getNodeState, timeout = \"1h\")\n")
}

func BenchmarkParallel(b *testing.B) {
	benchmark(b, 10000, "NODES = [\"n%d\" % i for i in range(10000)]\ndef main(): parallel(server.getNodeState, NODES, limit = 64)\n")
}

func BenchmarkCheck(b *testing.B) {
	src := []byte("def f(fn):\n    poll(fn, timeout = \"1m\", tolerate = [\"timeout\"])\n    x = [log(\"a\", n) for n in fn()]\n\n")
	b.ReportAllocs()
	for b.Loop() {
		if errs := builtins.CheckSource("a.star", src); errs != nil {
			b.Fatal(errs)
		}
	}
}
