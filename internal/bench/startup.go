package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// helloRunbook makes one call.
const helloRunbook = `"""Print the node list."""

READ_ONLY = True

def main(site):
    print(" ".join(site.exasol[0].server.getNodeList()))
`

// hello measures a run that makes one call: what it costs to start.
func (b *bench) hello() error {
	file := filepath.Join(b.dir, "hello.star")
	if err := os.WriteFile(file, []byte(helloRunbook), 0o600); err != nil {
		return err
	}
	s, err := b.newServer(8)
	if err != nil {
		return err
	}
	defer s.close()
	all, err := b.turns(s, append([]command{b.ours("exec", file, "--site", b.site())}, b.hellos...), func() (int64, error) {
		calls, err := s.done()
		if calls > 0 {
			err = nil // one call starts no cluster
		}
		return calls, err
	})
	if err != nil {
		return err
	}
	b.table("One call", append([]string{"program"}, b.head(b.hellos)...), b.rows(all, nil))
	return nil
}

// startup measures the whole shipped startup of clusters of several sizes.
func (b *bench) startup() error {
	args := []string{"exec", "startup.star", "--site", b.site(), "--yes", "--no-input"}
	for _, s := range b.sets {
		args = append(args, "--set", s)
	}
	var rows [][]string
	for _, nodes := range b.nodes {
		s, err := b.newServer(nodes)
		if err != nil {
			return err
		}
		all, err := b.turns(s, append([]command{b.ours(args...)}, b.peers...), s.done)
		s.close()
		if err != nil {
			return fmt.Errorf("%d nodes: %w", nodes, err)
		}
		for i, row := range b.rows(all, nil) {
			perNode := median(each(all[i].figures, wall)) / time.Duration(nodes)
			rows = append(rows, append([]string{fmt.Sprint(nodes), row[0], microseconds(perNode)}, row[1:]...))
		}
	}
	b.table("Whole start of a cluster", append([]string{"nodes", "program", "µs a node"}, b.head(b.peers)...), rows)
	return nil
}

func (b *bench) site() string { return filepath.Join(b.dir, "site.star") }

func (b *bench) state() string { return filepath.Join(b.dir, "state") }

// ours is the tool with a site and a place for its journals of its own.
func (b *bench) ours(args ...string) command {
	return command{
		name: "runbook", words: append([]string{b.tool}, args...),
		env: []string{"XDG_STATE_HOME=" + b.state(), "BENCH_PASSWORD=" + b.password},
	}
}

// A contestant is a program and what its runs took, by round.
type contestant struct {
	command
	figures []figure
}

// turns runs the commands in turns, each against a cluster that is off.
func (b *bench) turns(s server, commands []command, done func() (int64, error)) ([]contestant, error) {
	all := make([]contestant, len(commands))
	for i, c := range commands {
		all[i].command = c
	}
	for round := -b.warmup; round < b.rounds; round++ {
		for i := range all {
			f, err := b.once(s, all[i].command, done)
			if err != nil {
				return nil, err
			}
			if round >= 0 {
				all[i].figures = append(all[i].figures, f)
			}
		}
	}
	return all, nil
}

// once runs a command against a new cluster, with no journal but its own.
func (b *bench) once(s server, c command, done func() (int64, error)) (figure, error) {
	address, err := s.reset()
	if err != nil {
		return figure{}, err
	}
	site := fmt.Sprintf("systems = [exaoperation(name = \"bench\", url = %q, user = %q, password = secret(env = \"BENCH_PASSWORD\"))]\n", address, b.user)
	withLogin, loginErr := b.withLogin(address)
	err = errors.Join(loginErr, os.WriteFile(b.site(), []byte(site), 0o600), os.RemoveAll(filepath.Join(b.state(), "runbook", "runs")), os.MkdirAll(b.state(), 0o700))
	if err != nil {
		return figure{}, err
	}
	f, err := measure(c.fill("{url}", withLogin))
	if err != nil {
		return f, err
	}
	if f.calls, err = done(); err != nil {
		return f, fmt.Errorf("%s: %w", c.name, err)
	}
	return f, nil
}

// head is what the columns of rows say.
func (b *bench) head(peers []command) []string {
	head := []string{"wall ms", "CPU ms", "peak MiB", "calls"}
	for _, p := range peers {
		head = append(head, "wall ÷ "+p.name, "CPU ÷ "+p.name)
	}
	return head
}

// rows are the figures of every contestant, with ratios to all but the first.
func (b *bench) rows(all []contestant, rows [][]string) [][]string {
	for _, c := range all {
		row := []string{
			c.name, spread(each(c.figures, wall), milliseconds), spread(each(c.figures, used), milliseconds),
			mebibytes(median(each(c.figures, func(f figure) int64 { return f.RSS }))),
			fmt.Sprint(median(each(c.figures, func(f figure) int64 { return f.calls }))),
		}
		for _, p := range all[1:] {
			row = append(row, ratio(c.figures, p.figures, wall), ratio(c.figures, p.figures, used))
		}
		rows = append(rows, row)
	}
	return rows
}
