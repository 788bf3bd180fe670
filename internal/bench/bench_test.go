package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test binary the child that runs a command and measures it,
// and a program that makes one call.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv(childVariable) != "":
		os.Exit(child(os.Args[1:]))
	case len(os.Args) > 1 && os.Args[1] == callsArgument:
		if err := dispatch(os.Args[1:], os.Stdout, os.Stderr); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case len(os.Args) == 3 && os.Args[1] == "call":
		os.Exit(callOnce(os.Args[2]))
	}
	os.Exit(m.Run())
}

func callOnce(address string) int {
	const document = "<methodCall><methodName>getNodeList</methodName></methodCall>"
	reply, err := http.Post(address, "text/xml", strings.NewReader(document))
	if err != nil || reply.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

func TestWholeRuns(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, log strings.Builder
	args := []string{
		"-only", "hello,startup", "-rounds", "2", "-warmup", "0", "-nodes", "1,3", "-dir", t.TempDir(),
		"-hello-peer", "bare=" + self + " call {url}", "-peer", "nobody=" + self + " call {url}",
	}
	err = run(args, &out, &log)
	if err == nil || !strings.Contains(err.Error(), "startup: 1 nodes: nobody: got a cluster with ") {
		t.Errorf("got %v, want that nobody starts no cluster\n%s", err, &log)
	}
	out.Reset()
	if err := run(args[:len(args)-2], &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	for _, want := range []string{
		`### One call`, `\| program \| wall ms \| CPU ms \| peak MiB \| calls \| wall ÷ bare \| CPU ÷ bare \|`,
		`\n\| runbook \| [0-9.]+ \([0-9.]+–[0-9.]+\) \| [^|]* \| [0-9.]+ \| 1 \| [0-9.]+ \| [0-9.]+ \|\n`, `\n\| bare \| .* \| 1 \| 1.00 \| 1.00 \|\n`,
		`### Whole start of a cluster`, `\n\| 1 \| runbook \| .* \| [1-9][0-9]* \|\n`, `\n\| 3 \| runbook \| .* \| [1-9][0-9]* \|\n$`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("got no %s in\n%s", want, &out)
		}
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"-nodes 0", `got "0", want numbers`},
		{"-only hello,goodbye", `got "goodbye", want a part`},
		{"-peer =x", `got "=x", want NAME=COMMAND`},
		{"more", `got the argument "more"`},
	} {
		var log strings.Builder
		if err := run(strings.Fields(c.args), &log, &log); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.args, err, c.want)
		}
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	if got := median([]int64{9, 1, 5}); got != 5 {
		t.Errorf("median of three = %d, want 5", got)
	}
	if got := median([]float64{4, 1, 2, 9}); got != 3 {
		t.Errorf("median of four = %v, want 3", got)
	}
	ours, theirs := []figure{{Wall: 10}, {Wall: 30}, {Wall: 8}}, []figure{{Wall: 10}, {Wall: 10}, {Wall: 4}}
	if got := ratio(ours, theirs, wall); got != "2.00" {
		t.Errorf("ratio = %s, want 2.00", got)
	}
	if got := spread([]time.Duration{3 * time.Millisecond, time.Millisecond, 2 * time.Millisecond}, milliseconds); got != "2.0 (1.0–3.0)" {
		t.Errorf("spread = %s", got)
	}
}
