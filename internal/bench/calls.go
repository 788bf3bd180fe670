package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"runbook/effect"
	"runbook/live/xmlrpc"
)

// callsArgument makes this command a client that calls as fast as it can.
const callsArgument = "calls"

// A callCount is what such a client prints, as JSON.
type callCount struct {
	Calls int64   `json:"calls"`
	Wall  float64 `json:"wall_s"`
	CPU   float64 `json:"cpu_s"`
}

// calls measures the client of live runs alone: 64 connections, a short reply
// and a longer one.
func (b *bench) calls() error {
	const workers, seconds = 64, 2
	s, err := b.newServer(workers)
	if err != nil {
		return err
	}
	defer s.close()
	start := b.ours("exec", "startup.star", "--site", b.site(), "--yes", "--no-input", "--set", "flagged=boot")
	if _, err := b.once(s, start, s.done); err != nil {
		return err
	}
	address, err := b.withLogin(s.address())
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	clients := append([]command{{name: "runbook", words: []string{self, callsArgument, "{url}", "{method}", "{arg}", "{workers}", "{seconds}"}}}, b.callers...)
	var rows [][]string
	for _, c := range []struct{ method, arg string }{{"getEXAoperationMaster", ""}, {"getHardwareInformation", "n0011"}} {
		counts := make([][]callCount, len(clients))
		for range b.rounds {
			for i, client := range clients {
				n, err := countCalls(client.fill(
					"{url}", address, "{method}", c.method, "{arg}", c.arg, "{workers}", strconv.Itoa(workers), "{seconds}", strconv.Itoa(seconds)))
				if err != nil {
					return err
				}
				counts[i] = append(counts[i], n)
			}
		}
		for i, client := range clients {
			rows = append(rows, callRow(c.method, client.name, counts[i], counts[1:]))
		}
	}
	head := []string{"method", "client", "calls a second", "client CPU µs a call"}
	for _, p := range b.callers {
		head = append(head, "calls ÷ "+p.name, "CPU ÷ "+p.name)
	}
	b.table("Calls over 64 connections", head, rows)
	return nil
}

func callRow(method, name string, counts []callCount, peers [][]callCount) []string {
	rate := func(c callCount) float64 { return float64(c.Calls) / c.Wall }
	cost := func(c callCount) float64 { return c.CPU / float64(c.Calls) * 1e6 }
	list := func(counts []callCount, get func(callCount) float64) (all []float64) {
		for _, c := range counts {
			all = append(all, get(c))
		}
		return all
	}
	ratio := func(peer []callCount, get func(callCount) float64) string {
		var all []float64
		for i := range counts {
			all = append(all, get(counts[i])/get(peer[i]))
		}
		return fmt.Sprintf("%.2f", median(all))
	}
	row := []string{
		method, name,
		spread(list(counts, rate), func(f float64) string { return fmt.Sprintf("%.0f", f) }),
		spread(list(counts, cost), func(f float64) string { return fmt.Sprintf("%.1f", f) }),
	}
	for _, peer := range peers {
		row = append(row, ratio(peer, rate), ratio(peer, cost))
	}
	return row
}

func countCalls(c command) (n callCount, err error) {
	cmd := exec.Command(c.words[0], c.words[1:]...)
	out, err := cmd.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return n, fmt.Errorf("%s: %w\n%s", c.name, err, tail(string(failed.Stderr)))
	}
	if err = cmp.Or(err, json.Unmarshal(out, &n)); err == nil && n.Calls == 0 {
		err = errors.New("got no calls")
	}
	return n, err
}

// call is the client: args are a URL with a login, a method, its argument,
// connections and seconds.
func call(args []string, out io.Writer) error {
	u, err := url.Parse(args[0])
	workers, errWorkers := strconv.Atoi(args[3])
	seconds, errSeconds := strconv.Atoi(args[4])
	if err := errors.Join(err, errWorkers, errSeconds); err != nil {
		return err
	}
	password, _ := u.User.Password()
	client := xmlrpc.New(xmlrpc.Options{
		Connections: workers, Resolve: func(context.Context, effect.Secret) (string, error) { return password, nil },
	})
	defer client.Close()
	peer := &effect.Peer{User: u.User.Username(), Secret: effect.Secret{Env: "BENCH_PASSWORD"}}
	u.User = nil
	r := effect.Request{Kind: effect.KindXMLRPC, Target: u.String(), Operation: args[1], Peer: peer}
	if args[2] != "" {
		r.Args = []effect.Value{args[2]}
	}
	var n atomic.Int64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	began, before := time.Now(), cpu()
	until := began.Add(time.Duration(seconds) * time.Second)
	for i := range workers {
		wg.Go(func() {
			for ; errs[i] == nil && time.Now().Before(until); n.Add(1) {
				res, err := client.Perform(context.Background(), r)
				if errs[i] = err; res.Err != nil {
					errs[i] = res.Err
				}
			}
		})
	}
	wg.Wait()
	count := callCount{Calls: n.Load(), Wall: time.Since(began).Seconds(), CPU: (cpu() - before).Seconds()}
	return errors.Join(append(errs, json.NewEncoder(out).Encode(count))...)
}
