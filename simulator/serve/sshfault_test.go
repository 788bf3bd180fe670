package serve

import (
	"strings"
	"testing"
	"time"

	"runbook/simulator"
)

// What goes wrong on the way goes wrong on the socket.
func TestFaultsOnTheWay(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 1000}, `faults = [
    fault.lost_before(host = "r1", command = "one"), fault.lost_after(host = "r1", command = "two"),
    fault.refused(host = "r1", command = "three"), fault.unauthorized(host = "r1", command = "four"),
    fault.reply(host = "r1", command = "five", text = "no five here", code = 5),
    fault.slow(host = "r1", command = "six", by = "30s"), fault.answer("nine\n", host = "r1", command = "nine"),
    fault.lost_after(host = "r1", command = "seven", after = "5s"),
]`)
	for _, c := range []struct {
		line     string
		want     ran
		ends     bool // the connection
		log      string
		touched  bool
		atLeast  time.Duration
		sameHost bool
	}{
		{line: "touch one", want: ran{status: -1}, ends: true, log: `"outcome":"lost","took_effect":false`},
		{line: "touch two", want: ran{status: -1}, ends: true, log: `"outcome":"lost","took_effect":true`, touched: true},
		{line: "touch three", want: ran{status: -1}, ends: true, log: `"outcome":"unreachable","took_effect":false`},
		{line: "touch four", want: ran{status: -1}, ends: true, log: `"outcome":"unauthorized","took_effect":false`},
		{line: "touch five", want: ran{status: 5, stderr: "no five here\n"}, log: `"outcome":"exit","status":5,"took_effect":false`},
		{line: "touch six", want: ran{}, log: `"outcome":"exit","status":0,"took_effect":true`, touched: true, atLeast: 30 * time.Millisecond},
		{line: "touch seven; sleep 100000", want: ran{status: -1}, ends: true, log: `"outcome":"lost","took_effect":true`, touched: true},
		{line: "touch nine; echo ten", want: ran{stdout: "nine\n"}, log: `"outcome":"exit","status":0,"took_effect":true`, touched: true},
		{line: "touch eight", want: ran{}, log: `"outcome":"exit","status":0,"took_effect":true`, touched: true},
	} {
		client := h.dial("r1")
		begun := time.Now()
		got := h.run(client, c.line, "")
		if got != c.want || time.Since(begun) < c.atLeast {
			t.Errorf("%s: got %+v within %v, want %+v", c.line, got, time.Since(begun), c.want)
		}
		if c.ends {
			_ = client.Wait() // which hangs if the connection stands
		}
		h.await(`"line":"` + c.line + `",` + c.log)
		word := strings.TrimSuffix(strings.Fields(c.line)[1], ";")
		if there := h.run(h.dial("r1"), "ls", ""); strings.Contains(there.stdout, word) != c.touched {
			t.Errorf("%s: got the files %q, want it among them: %v", c.line, there.stdout, c.touched)
		}
	}
}

// What a scenario does to a host it does to who is logged in there.
func TestHostFaults(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 100}, `faults = [fault.host_down(host = "r1", at = "10m")]`)
	c := h.dial("r1")
	if got := h.run(c, "sleep 1000000", ""); got.status != -1 {
		t.Errorf("got %+v, want no end", got)
	}
	h.await(`"line":"sleep 1000000","outcome":"lost","took_effect":true`)
	if got := h.run(h.dial("r2"), "echo here", ""); got.stdout != "here\n" {
		t.Errorf("got %+v of the other host", got)
	}
}

// A world without hosts has nothing to show, and one of hosts alone needs no HTTP.
func TestWhatIsServed(t *testing.T) {
	t.Parallel()
	none, err := simulator.NewWorld(simulator.Config{Systems: []simulator.SystemSpec{{Name: "demo", URL: "https://x/cluster1"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(none.Close)
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{World: none, SSH: SSHConfig{Address: "127.0.0.1:0"}}, "ssh: got a world without hosts, want at least one"},
		{Config{World: newHosts(t)}, "world: got hosts only, which speak SSH, and no address for that"},
		{Config{World: newHosts(t), HTTP: "127.0.0.1:0", SSH: SSHConfig{Address: "127.0.0.1:0"}}, "world: got an address for HTTP, and hosts only"},
	} {
		if s, err := Start(t.Context(), c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, %v, want %s", s, err, c.want)
		}
	}
	h := startHosts(t, Config{}, `systems = [simulate.exaoperation("demo"), simulate.rhino("rhino")]`)
	ready := h.server.Ready()
	if ready.HTTP == "" || len(ready.Systems) != 2 || len(ready.Systems[1].Nodes) != 3 || len(ready.SSH.Hosts) != 5 {
		t.Errorf("got %s", ready)
	}
}
