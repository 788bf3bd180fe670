package host

import (
	"fmt"
	"testing"
	"time"
)

func BenchmarkCommand(b *testing.B) {
	for _, c := range []struct{ name, line string }{
		{"builtin", "echo hello"},
		{"program", "cat /dev/null"},
		{"pipeline", "echo a b c | cat | cat"},
		{"typical", `cd /tmp && if [ ! -f x.pid ] || ! kill -0 $(cat x.pid) 2>/dev/null; then echo $$ >x.pid; fi; echo "done: $?"`},
		{"loop of 1000", "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done"},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := one(b, Config{})
			f := m.Fleet()
			b.ReportAllocs()
			for b.Loop() {
				p := m.Start(Command{Line: c.line})
				f.Advance(f.Now() + time.Second)
				if !p.Ended() {
					b.Fatal("no end within a second")
				}
			}
		})
	}
}

func BenchmarkFleet(b *testing.B) {
	for _, n := range []int{3, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f := NewFleet(FleetConfig{})
				for i := range n {
					m := f.Add(Config{Name: fmt.Sprintf("r%03d", i)})
					m.Install("/opt/rhino/start-rhino.sh", func(*Process) int { return 0 })
					m.Start(Command{Line: "/opt/rhino/start-rhino.sh >log 2>&1; cat log"})
				}
				f.Advance(time.Second)
				f.Close()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "machines/s")
		})
	}
}
