package rhino

import (
	"fmt"
	"testing"
	"time"

	"runbook/simulator/host"
)

// begin lays a cluster out on a fleet that is closed when the test ends.
func begin(t testing.TB, cfg Config) *Cluster {
	t.Helper()
	f := host.NewFleet(host.FleetConfig{Seed: cfg.Seed})
	t.Cleanup(f.Close)
	c, err := New(f, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// many are n nodes on as many hosts; every seventh is a quorum node.
func many(n int) []Node {
	nodes := make([]Node, n)
	for i := range nodes {
		nodes[i] = Node{ID: 101 + i, Host: fmt.Sprintf("host%d", i+1), Quorum: i%7 == 6}
	}
	return nodes
}

// run runs a program on a node's host until it ends, an hour at most.
func (c *Cluster) run(n *node, argv ...string) (status int, stdout, stderr string) {
	p := n.machine.Start(host.Command{Argv: argv})
	if p == nil {
		return -1, "", ""
	}
	for end := c.now() + time.Hour; !p.Ended(); {
		at, ok := c.fleet.Next()
		if !ok || at > end {
			return -1, "", ""
		}
		c.fleet.Advance(at)
	}
	out, err := p.Output()
	return p.Status(), string(out), string(err)
}

// startAll starts every node at once, as it is meant to be.
func (c *Cluster) startAll(options ...string) {
	for i, n := range c.nodes {
		argv := []string{n.path(c.Conventions.StartScript)}
		switch {
		case n.spec.Quorum:
			argv = append(argv, "-q")
		case i == 0:
			argv = append(argv, options...)
		}
		n.machine.Start(host.Command{Argv: argv, Detached: true})
	}
}

// world is the life of a cluster: first boot, a look, and a whole shutdown.
func world(t testing.TB, nodes []Node, seed uint64) {
	f := host.NewFleet(host.FleetConfig{Seed: seed})
	defer f.Close()
	c, err := New(f, Config{Seed: seed, Begin: Cold, Nodes: nodes})
	if err != nil {
		t.Fatal(err)
	}
	c.startAll("-p", "-s")
	f.Advance(5 * time.Minute)
	console := c.shared(c.Conventions.Console)
	if status, _, _ := c.run(c.nodes[0], console, "getclusterstate"); status != 0 {
		t.Fatalf("getclusterstate: got status %d, want 0\n%s", status, c.Describe())
	}
	if status, _, _ := c.run(c.nodes[0], console, "shutdown"); status != 0 {
		t.Fatalf("shutdown: got status %d, want 0\n%s", status, c.Describe())
	}
}

func BenchmarkWorld(b *testing.B) {
	for _, n := range []int{3, 40, 400} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			nodes := many(n)
			for b.Loop() {
				world(b, nodes, 1)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "worlds/s")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for _, begin := range []Begin{Cold, Running} {
		b.Run(string(begin), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f := host.NewFleet(host.FleetConfig{})
				if _, err := New(f, Config{Begin: begin}); err != nil {
					b.Fatal(err)
				}
				f.Close()
			}
		})
	}
}
