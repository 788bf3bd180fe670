// Command bench measures the whole tool and prints Markdown tables.
//
//	go run ./internal/bench
//	go run ./internal/bench -only startup -nodes 64,512 -rounds 15
//	go run ./internal/bench -peer 'mine=./mine {url}' -server './standin -addr {addr} -nodes {nodes}'
//
// It builds the tool, and runs it as a user does: a process for each run,
// which finds a site, starts a cluster over a socket, writes and syncs a
// journal, and ends. The cluster is a simulated one without delays, served by
// this process, so that the time of a run is the tool's own and the server's.
// Other programs that do the same job take turns with it (-peer), so that a
// change of the machine's speed meets them all; ratios are those of runs of the
// same round, and their median is printed.
//
// An external server may take the place of the simulated one (-server): a
// command with {addr} and {nodes}, or a URL. It answers POST /debug/reset by
// beginning anew, and GET /debug/stats with JSON in which all_up says whether
// the job was done and total how many requests it took.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// A bench is one invocation of the command.
type bench struct {
	out, log io.Writer
	rounds   int
	warmup   int
	nodes    []int
	only     []string  // parts; all if empty
	peers    []command // that start a cluster
	hellos   []command // that make one call
	callers  []command // that call as fast as they can
	sets     []string  // parameters of the shipped startup
	server   string    // external; "" for a simulated one
	tool     string    // the built tool
	dir      string    // for journals, on a disk
	user     string    // whom the server knows
	password string    //
}

// parts are what can be measured, in the order of the output.
var parts = []struct {
	name string
	run  func(*bench) error
}{
	{"hello", (*bench).hello},
	{"startup", (*bench).startup},
	{"calls", (*bench).calls},
	{"journal", (*bench).journal},
	{"replay", (*bench).replay},
	{"simulated", (*bench).simulated},
}

func main() {
	if os.Getenv(childVariable) != "" {
		os.Exit(child(os.Args[1:]))
	}
	if err := dispatch(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func dispatch(args []string, out, log io.Writer) error {
	if len(args) == 6 && args[0] == callsArgument {
		return call(args[1:], out)
	}
	return run(args, out, log)
}

func run(args []string, out, log io.Writer) error {
	b := &bench{out: out, log: log}
	flags := b.flags()
	flags.SetOutput(log)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("got the argument %q, want flags only", flags.Arg(0))
	}
	work, err := os.MkdirTemp(b.dir, "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if b.dir, err = filepath.Abs(work); err != nil {
		return err
	}
	if b.tool == "" {
		if err := b.build(); err != nil {
			return err
		}
	}
	fmt.Fprintf(b.out, "%s, %s/%s, %d CPUs; %d rounds: median (least–most)\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), b.rounds)
	for _, part := range parts {
		if !b.wants(part.name) {
			continue
		}
		if err := part.run(b); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func (b *bench) wants(part string) bool {
	for _, name := range b.only {
		if name == part {
			return true
		}
	}
	return len(b.only) == 0
}

func (b *bench) flags() *flag.FlagSet {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&b.rounds, "rounds", 7, "how often each run is measured")
	f.IntVar(&b.warmup, "warmup", 1, "rounds before that, which do not count")
	f.StringVar(&b.tool, "runbook", "", "a built tool (default: built now, as make build does)")
	f.StringVar(&b.server, "server", "", "an external server instead of the simulated one: a URL, or a command with {addr} and {nodes}")
	f.StringVar(&b.dir, "dir", ".", "where journals are written; a folder on a disk")
	f.StringVar(&b.user, "user", "admin", "user of the server")
	f.StringVar(&b.password, "password", "secret", "password of the server")
	f.Func("peer", "another program that starts a cluster, NAME=COMMAND with {url}; may be repeated", commands(&b.peers))
	f.Func("hello-peer", "another program that makes one call, NAME=COMMAND with {url}; may be repeated", commands(&b.hellos))
	f.Func("calls-peer", "another client, NAME=COMMAND with {url} {method} {arg} {workers} {seconds}, that prints JSON with calls, wall_s and cpu_s; may be repeated", commands(&b.callers))
	f.Func("set", "a parameter of the shipped startup, NAME=VALUE; may be repeated", func(s string) error { b.sets = append(b.sets, s); return nil })
	b.nodes = []int{8, 64, 512, 4096}
	f.Func("nodes", "sizes of the clusters (default 8,64,512,4096)", func(s string) (err error) { b.nodes, err = numbers(s); return err })
	f.Func("only", "parts, separated by commas: hello, startup, calls, journal, replay, simulated", func(s string) error {
		b.only = strings.Split(s, ",")
		return b.known()
	})
	return f
}

func (b *bench) known() error {
	for _, name := range b.only {
		found := false
		for _, part := range parts {
			found = found || part.name == name
		}
		if !found {
			return fmt.Errorf("got %q, want a part", name)
		}
	}
	return nil
}

func numbers(s string) ([]int, error) {
	var list []int
	for word := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("got %q, want numbers separated by commas", word)
		}
		list = append(list, n)
	}
	return list, nil
}

// A command is a program that is measured. {url} in its words stands for the
// cluster object, with user and password.
type command struct {
	name  string
	words []string
	env   []string
}

func commands(list *[]command) func(string) error {
	return func(s string) error {
		name, text, ok := strings.Cut(s, "=")
		if !ok || name == "" || text == "" {
			return fmt.Errorf("got %q, want NAME=COMMAND", s)
		}
		*list = append(*list, command{name: name, words: strings.Fields(text)})
		return nil
	}
}

// fill is the command with the places in its words filled from pairs.
func (c command) fill(pairs ...string) command {
	r := strings.NewReplacer(pairs...)
	filled := command{name: c.name, env: c.env}
	for _, w := range c.words {
		filled.words = append(filled.words, r.Replace(w))
	}
	return filled
}

// build builds the tool as `make build` does.
func (b *bench) build() error {
	b.tool = filepath.Join(b.dir, "runbook")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.tool, "runbook/cmd/runbook")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = b.log, b.log
	return cmd.Run()
}
