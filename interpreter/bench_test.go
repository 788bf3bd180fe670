package interpreter_test

import (
	"context"
	"testing"
	"time"

	"runbook/effect"
	"runbook/interpreter"
	"runbook/interpreter/interpretertest"
)

// trivial answers everything at once, with nothing.
type trivial struct{}

func (trivial) Perform(ctx context.Context, r effect.Request) (effect.Result, error) {
	if r.Body != nil {
		return r.Body(ctx, interpretertest.Start)
	}
	if r.Operation == effect.OpNow {
		return effect.Result{Value: interpretertest.Start}, nil
	}
	return effect.Result{}, nil
}

// benchmark runs a program b.N times; it is given the number per run to report
// the cost of one.
func benchmark(b *testing.B, per int, branches interpreter.Branches, src string) {
	p := program(b, src)
	args, err := p.Bind(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Run(b.Context(), &interpreter.Run{Performer: effect.Unrecorded(trivial{}), Branches: branches}, args); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Nanosecond)/float64(b.N)/float64(per), "ns/each")
}

func BenchmarkDo(b *testing.B) {
	benchmark(b, 1000, interpretertest.Sequential{}, `
def main():
    for i in range(1000):
        read("getNodeState", "n0011")
`)
}

func BenchmarkLooks(b *testing.B) {
	benchmark(b, 100, interpretertest.Sequential{}, `
def look_often():
    for i in range(100):
        read("getNodeState", "n0011")

def main(): look(look_often)
`)
}

func BenchmarkParallel(b *testing.B) {
	const src = `
def main(): each(lambda n: read("getNodeState", n), range(10000))
`
	b.Run("one", func(b *testing.B) { benchmark(b, 10000, interpretertest.Sequential{}, src) })
	b.Run("goroutines", func(b *testing.B) { benchmark(b, 10000, pool{64}, src) })
}

func BenchmarkStop(b *testing.B) {
	benchmark(b, 10000, interpretertest.Sequential{}, `
def main(): each(lambda n: None, range(10000), stop = True)
`)
}

// pool runs at most a number of items at once.
type pool struct{ limit int }

func (p pool) Run(ctx context.Context, n, _ int, body func(ctx context.Context, item int)) {
	items := make(chan int)
	goroutines{}.Run(ctx, p.limit+1, 0, func(ctx context.Context, worker int) {
		if worker == 0 {
			for i := range n {
				items <- i
			}
			close(items)
			return
		}
		for i := range items {
			body(ctx, i)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	bundle := interpreter.Bundle{"main.star": []byte(parameters)}
	engine := interpreter.NewEngine(words(), bundle, interpreter.Limits{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := engine.Load("main.star"); err != nil {
			b.Fatal(err)
		}
	}
}
