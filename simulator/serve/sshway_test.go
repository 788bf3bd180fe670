package serve

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/simulator"
)

// A command that is under way when its machine goes down, or when the way to it
// is cut.
func TestMachineGoesDown(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 1})
	c := h.dial("r1")
	ended := make(chan error, 1)
	s, stdout := h.begin(c, "echo begun; sleep 1000")
	go func() { ended <- s.Wait() }()
	if line := <-stdout; line != "begun\n" {
		t.Fatalf("got %q", line)
	}
	h.server.Do(func(w *simulator.World) { w.Fleet().Machine("r1").SetUp(false) })
	var none *ssh.ExitMissingError
	if err := <-ended; !errors.As(err, &none) {
		t.Errorf("got %v, want no status", err)
	}
	if err := c.Wait(); err == nil {
		t.Error("the connection still stands")
	}
	h.await(`"line":"echo begun; sleep 1000","outcome":"lost","took_effect":true`)
	banner := ""
	config := h.config("r1")
	config.BannerCallback = func(text string) error { banner = text; return nil }
	if _, err := ssh.Dial("tcp", h.server.Ready().SSH.Address, config); err == nil || banner != "simulated host r1 is down\r\n" {
		t.Errorf("got %v, %q", err, banner)
	}
	if got := h.run(h.dial("r2"), "echo up", ""); got.stdout != "up\n" {
		t.Errorf("got %+v of the other host", got)
	}
	h.server.Do(func(w *simulator.World) { w.Fleet().Machine("r1").SetUp(true) })
	if got := h.run(h.dial("r1"), "echo again", ""); got.stdout != "again\n" {
		t.Errorf("got %+v", got)
	}
}

// While the network is cut nothing comes through, and nothing is lost.
func TestNetworkIsCut(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{})
	c := h.dial("r1")
	cut := func(cut bool) {
		h.server.Do(func(w *simulator.World) { w.Fleet().Machine("r1").SetCut(cut) })
	}
	cut(true)
	answered := make(chan ran, 1)
	go func() {
		r, err := run(c, "echo through", nil)
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	// A login that is begun while the network is cut hangs; it is given up by
	// closing it, as a client does whose patience is over.
	conn, err := net.Dial("tcp", h.server.Ready().SSH.Address)
	if err != nil {
		t.Fatal(err)
	}
	hung := make(chan error, 1)
	config := h.config("r1")
	config.BannerCallback = func(string) error { return errors.New("got a banner") }
	go func() {
		_, _, _, err := ssh.NewClientConn(conn, "", config)
		hung <- err
	}()
	if got := h.run(h.dial("r2"), "echo other", ""); got.stdout != "other\n" {
		t.Errorf("got %+v of the other host", got)
	}
	select {
	case r := <-answered:
		t.Errorf("got %+v through a network that is cut", r)
	case err := <-hung:
		t.Errorf("got the end of a login: %v", err)
	default:
	}
	_ = conn.Close()
	if err := <-hung; err == nil {
		t.Error("got a login")
	}
	cut(false)
	if r := <-answered; r.stdout != "through\n" {
		t.Errorf("got %+v", r)
	}
}

func TestPortsChoose(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{SSH: SSHConfig{Address: "127.0.0.1:0", Ports: true}})
	for _, host := range h.server.Ready().SSH.Hosts {
		if host.User != "rhino" {
			t.Errorf("got %+v", host)
		}
		at := net.JoinHostPort("127.0.0.1", itoa(host.Port))
		c, err := ssh.Dial("tcp", at, h.config("rhino"))
		if err != nil {
			t.Fatal(err)
		}
		if got := h.run(c, "echo here", ""); got.stdout != "here\n" {
			t.Errorf("got %+v", got)
		}
		_ = c.Close()
		h.await(`"host":"` + host.Name + `","line":"echo here"`)
		if _, err := ssh.Dial("tcp", at, h.config("somebody")); err == nil {
			t.Error("got a login as somebody")
		}
		h.server.Do(func(w *simulator.World) { w.Fleet().Machine(host.Name).SetUp(false) })
		if _, err := ssh.Dial("tcp", at, h.config("rhino")); err == nil {
			t.Error("got a login on a machine that is down")
		}
	}
}

// Commands end when the server does, and what was made for it goes.
func TestServerEnds(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 1})
	c := h.dial("r1")
	s, stdout := h.begin(c, "echo begun; sleep 1000")
	<-stdout
	h.server.Close()
	if err := s.Wait(); err == nil {
		t.Error("got an end of the command")
	}
	for _, file := range []string{h.server.Ready().SSH.Key, h.server.Ready().SSH.KnownHosts} {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: got %v, want no such file", file, err)
		}
	}
	if _, err := net.Dial("tcp", h.server.Ready().SSH.Address); err == nil {
		t.Error("it still listens")
	}
	if lines := h.log.lines(); !strings.Contains(lines[len(lines)-1], `"commands":1,"hazards":0`) {
		t.Errorf("got %s", lines[len(lines)-1])
	}
}

// A clock of somebody else's decides when commands go on.
func TestOtherClock(t *testing.T) {
	t.Parallel()
	clock := &stepped{sleeps: make(chan time.Duration), wake: make(chan struct{})}
	h := startHosts(t, Config{Clock: clock})
	s, stdout := h.begin(h.dial("r1"), "echo one; sleep 60; echo two")
	var slept time.Duration
	for slept < time.Minute {
		d := <-clock.sleeps
		slept += d
		clock.step(d)
	}
	var got string
	for line := range stdout {
		got += line
	}
	if err := s.Wait(); err != nil || got != "one\ntwo\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if slept > 61*time.Second {
		t.Errorf("slept %v, want a minute", slept)
	}
}

var _ = io.EOF
