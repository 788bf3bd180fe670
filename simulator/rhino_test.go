package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"runbook/effect"
)

const rhinoHome = "/opt/rhino"

// tas makes a world of a scenario and a cluster of three nodes, the last a
// quorum node.
func tas(t testing.TB, src string) *World {
	t.Helper()
	s, err := LoadScenario("tas.star", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWorld(Config{Scenario: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// start starts a node as the article does: its script as a daemon, under a key.
func (o *operator) start(ctx context.Context, id int, flags ...string) error {
	dir := fmt.Sprintf("%s/node-%d", rhinoHome, id)
	words := append([]string{dir + "/start-rhino.sh"}, flags...)
	r := keyed(daemon(fmt.Sprintf("host%d", id-100), argv(words...), dir+"/work/log/console.log"), fmt.Sprint("start ", id))
	if res := o.perform(ctx, r); res.Err != nil {
		return res.Err
	}
	return nil
}

// read runs a command that only reads, and gives its stdout.
func (o *operator) read(ctx context.Context, host, command string) string {
	r := request(host, line(command), effect.Field{Name: "ok", Value: []effect.Value{}})
	r.Class = effect.Read
	return stdout(o.perform(ctx, r))
}

// until looks every so often, for half an hour, whether a command's output has
// all of some words.
func (o *operator) until(ctx context.Context, every time.Duration, host, command string, words ...string) error {
	last := ""
	for range int(30 * time.Minute / every) {
		last = o.read(ctx, host, command)
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(last, w)
		}
		if !missing {
			return nil
		}
		_ = o.world.schedule.wait(ctx, o.world.Elapsed()+every)
	}
	return fmt.Errorf("%s: got %q, want %q", command, last, words)
}

// firstBoot starts a cluster that never ran, by command lines only.
func (o *operator) firstBoot(ctx context.Context, every time.Duration) error {
	if err := o.start(ctx, 101, "-p", "-s"); err != nil {
		return err
	}
	ready := "grep -c 'has joined the primary component and started fully' " + rhinoHome + "/node-101/work/log/rhino.log"
	if err := o.until(ctx, every, "host1", ready, "1"); err != nil {
		return err
	}
	var failed [3]error
	o.world.Run(ctx, 2, 0, func(ctx context.Context, i int) {
		if i == 0 {
			failed[i] = o.start(ctx, 102, "-s")
		} else {
			failed[i] = o.start(ctx, 103, "-q")
		}
	})
	console := rhinoHome + "/client/bin/rhino-console "
	failed[2] = o.until(ctx, every, "host1", console+"getsleeactualstate -all", "Node 101: Running", "Node 102: Running")
	if err := errors.Join(failed[:]...); err != nil {
		return err
	}
	return o.until(ctx, every, "host1", console+"getclusterstate", "101", "102", "103", "quorum")
}

const coldCluster = `systems = [simulate.rhino("tas", begins = "cold")]`

func TestFirstBootOfRhino(t *testing.T) {
	t.Parallel()
	w := tas(t, coldCluster)
	o := &operator{world: w}
	if err := w.Main(t.Context(), func(ctx context.Context) error { return o.firstBoot(ctx, 5*time.Second) }); err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(o.seen, "\n"))
	}
	if w.Elapsed() < 30*time.Second || w.Elapsed() > 10*time.Minute {
		t.Errorf("it took %v", w.Elapsed())
	}
	if h := w.Hazards(); len(h) != 0 {
		t.Errorf("got the hazards %v", h)
	}
	short := strings.Join(w.DescribeShort(), "\n")
	if !strings.HasPrefix(short, "tas\n  ") || !strings.Contains(w.Describe(), "RhinoBoot.jar") {
		t.Errorf("got the state %s\n%s", short, w.Describe())
	}
}

func TestHazardsOfRhino(t *testing.T) {
	t.Parallel()
	w := tas(t, `systems = [simulate.rhino("tas", begins = "cold"), simulate.exaoperation("demo")]`)
	o := &operator{world: w}
	err := w.Main(t.Context(), func(ctx context.Context) error {
		if err := o.start(ctx, 101, "-p"); err != nil {
			return err
		}
		if err := o.start(ctx, 102, "-p"); err != nil {
			return err
		}
		return w.schedule.wait(ctx, 5*time.Minute)
	})
	if err != nil {
		t.Fatal(err)
	}
	h := w.Hazards()
	if len(h) == 0 || !strings.HasPrefix(h[0].String(), "tas: ") || !strings.Contains(h[0].String(), ": primary-component-created-twice: ") {
		t.Errorf("got %v", h)
	}
}

func TestRhinoWithoutDelays(t *testing.T) {
	t.Parallel()
	s := load(t, coldCluster)
	w, err := NewWorld(Config{Scenario: s, NoDelays: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	o := &operator{world: w}
	if err := w.Main(t.Context(), func(ctx context.Context) error { return o.firstBoot(ctx, time.Second) }); err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(o.seen, "\n"))
	}
	if w.Elapsed() > 20*time.Second { // the start of each daemon is looked at for half a second
		t.Errorf("it took %v", w.Elapsed())
	}
}

// A world that is thrown away in the middle leaves nothing that runs.
func TestCloseInTheMiddle(t *testing.T) {
	t.Parallel()
	w := tas(t, coldCluster)
	o := &operator{world: w}
	if err := o.start(t.Context(), 101, "-p"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	w.Close()
	if got := len(w.Fleet().Machine("host1").Processes()); got != 0 {
		t.Errorf("%d processes are left", got)
	}
}

func BenchmarkHostCommand(b *testing.B) {
	for name, command := range map[string]effect.Value{"argv": argv("true"), "line": line("x=1; test -e /tmp && echo $x | wc -l")} {
		b.Run(name, func(b *testing.B) {
			w := hosts(b, "")
			r := request("a", command)
			b.ReportAllocs()
			for b.Loop() {
				if res, err := w.Perform(context.Background(), r); err != nil || res.Err != nil {
					b.Fatal(res.Err, err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}

// BenchmarkHosts is one command on each of many hosts at once.
func BenchmarkHosts(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		b.Run(fmt.Sprint(n, "hosts"), func(b *testing.B) {
			specs := make([]HostSpec, n)
			for i := range specs {
				specs[i].Name = fmt.Sprintf("h%03d", i)
			}
			w, err := NewWorld(Config{Hosts: specs})
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			b.ReportAllocs()
			for b.Loop() {
				w.Run(context.Background(), n, n, func(ctx context.Context, i int) {
					_, _ = w.Perform(ctx, request(specs[i].Name, argv("sleep", "5")))
				})
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}

func BenchmarkFirstBoot(b *testing.B) {
	s, err := LoadScenario("tas.star", []byte(coldCluster))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	commands := 0
	for b.Loop() {
		w, err := NewWorld(Config{Scenario: s})
		if err != nil {
			b.Fatal(err)
		}
		o := &operator{world: w}
		if err := w.Main(context.Background(), func(ctx context.Context) error { return o.firstBoot(ctx, 2*time.Second) }); err != nil {
			b.Fatal(err)
		}
		commands = len(o.seen)
		w.Close()
	}
	b.ReportMetric(float64(commands), "commands")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "boots/s")
}
