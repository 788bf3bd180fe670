package host

import (
	"fmt"
	"testing"
	"time"
)

// one is a fleet with one machine, closed when the test ends.
func one(t testing.TB, cfg Config) *Machine {
	t.Helper()
	f := NewFleet(FleetConfig{Seed: 1})
	t.Cleanup(f.Close)
	setDefault(&cfg.Name, "r1")
	return f.Add(cfg)
}

func TestProgramsTakeTurns(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	counter := func(name string, every time.Duration) Program {
		return func(p *Process) int {
			for i := range 3 {
				fmt.Fprintln(p.Stdout, name, i, p.Machine().Fleet().Now())
				p.Sleep(every)
			}
			return 3
		}
	}
	p := m.Start(Command{Argv: []string{"both"}, Run: func(p *Process) int {
		a := p.Spawn(Command{Argv: []string{"a"}, Run: counter("a", 3*time.Second)})
		b := p.Spawn(Command{Argv: []string{"b"}, Run: counter("b", 2*time.Second)})
		return p.Wait(a) + p.Wait(b)
	}})
	m.Fleet().Advance(time.Minute)
	stdout, _ := p.Output()
	want := "a 0 4ms\nb 0 4ms\nb 1 2.004s\na 1 3.004s\nb 2 4.004s\na 2 6.004s\n"
	if string(stdout) != want || p.Status() != 6 {
		t.Errorf("two programs: got %q, status %d, want %q, status 6", stdout, p.Status(), want)
	}
	if n := len(m.Processes()); n != 0 {
		t.Errorf("processes at the end: got %d, want 0", n)
	}
}
