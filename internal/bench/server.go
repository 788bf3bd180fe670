package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"runbook/simulator"
	"runbook/simulator/serve"
)

// A server is what a run talks to: a cluster with so many nodes, all off.
type server interface {
	// reset begins anew and gives the URL of the cluster object.
	reset() (string, error)
	address() string // of the cluster object, after reset
	// done reports how many calls were made, and an error if the cluster is not up and well.
	done() (calls int64, err error)
	close()
}

// newServer makes the external server, or a simulated one.
func (b *bench) newServer(nodes int) (server, error) {
	switch {
	case b.server == "":
		return &simulated{bench: b, nodes: nodes}, nil
	case strings.HasPrefix(b.server, "http://"):
		return &external{origin: strings.TrimRight(b.server, "/")}, nil
	}
	return b.startExternal(nodes)
}

// simulated is a world in this process, without delays.
type simulated struct {
	bench  *bench
	nodes  int
	served *serve.Server
}

func (s *simulated) reset() (string, error) {
	s.close()
	scenario, err := simulator.LoadScenario("bench.star", fmt.Appendf(nil, "systems = [simulate.exaoperation(\"bench\", url = \"http://bench/cluster1\", nodes = %d)]\n", s.nodes))
	if err != nil {
		return "", err
	}
	s.served, err = serve.Start(context.Background(), serve.Config{
		Scenario: scenario, NoDelays: true, User: s.bench.user, Password: s.bench.password,
	})
	if err != nil {
		return "", err
	}
	return s.address(), nil
}

func (s *simulated) address() string { return s.served.Ready().Systems[0].HTTP }

func (s *simulated) done() (calls int64, err error) {
	var state []string
	s.served.Do(func(w *simulator.World) { state = w.DescribeShort() })
	for _, line := range state {
		if strings.Contains(line, " off") || strings.HasSuffix(line, " setup") {
			err = fmt.Errorf("got a cluster with %q, want all up", strings.TrimSpace(line))
		}
	}
	if hazards := s.served.Hazards(); len(hazards) > 0 {
		err = fmt.Errorf("got the hazard %s, want none", hazards[0])
	}
	return int64(s.served.Calls()), err
}

func (s *simulated) close() {
	if s.served != nil {
		s.served.Close()
	}
}

// external is a server of somebody else's.
type external struct {
	origin  string
	process *exec.Cmd
}

// startExternal runs the server's command and waits until it listens.
func (b *bench) startExternal(nodes int) (server, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := free.Addr().String()
	if err := free.Close(); err != nil {
		return nil, err
	}
	c := command{name: "server", words: strings.Fields(b.server)}.fill("{addr}", addr, "{nodes}", strconv.Itoa(nodes))
	e := &external{origin: "http://" + addr, process: exec.Command(c.words[0], c.words[1:]...)}
	var said bytes.Buffer
	e.process.Stderr = &said
	if err := e.process.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if conn, err := net.Dial("tcp", addr); err == nil {
			return e, conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	e.close()
	return nil, fmt.Errorf("server: got nothing that listens at %s: %s", addr, tail(said.String()))
}

func (e *external) reset() (string, error) {
	reply, err := http.Post(e.origin+"/debug/reset", "text/plain", nil)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, reply.Body)
	if reply.StatusCode >= http.StatusBadRequest {
		return "", fmt.Errorf("server: reset: got status %s", reply.Status)
	}
	_ = reply.Body.Close()
	return e.address(), err
}

func (e *external) address() string { return e.origin + "/cluster1" }

func (e *external) done() (calls int64, err error) {
	reply, err := http.Get(e.origin + "/debug/stats")
	if err != nil {
		return 0, err
	}
	defer reply.Body.Close()
	var stats struct {
		Total int64
		AllUp bool `json:"all_up"`
	}
	if err := json.NewDecoder(reply.Body).Decode(&stats); err != nil {
		return 0, err
	}
	if !stats.AllUp {
		return stats.Total, fmt.Errorf("got a cluster that is not up after %d requests, want all up", stats.Total)
	}
	return stats.Total, nil
}

func (e *external) close() {
	if e.process != nil {
		_ = e.process.Process.Kill() // it keeps nothing
		_ = e.process.Wait()
	}
}

// withLogin is a URL with user and password in it.
func (b *bench) withLogin(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.User = url.UserPassword(b.user, b.password)
	return u.String(), nil
}
