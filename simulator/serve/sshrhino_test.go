package serve

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"runbook/simulator"
)

// The article's own commands, typed through ssh: a first node that creates the
// primary component and runs the SLEE, another, and a quorum node.
func TestRhinoByHand(t *testing.T) {
	t.Parallel()
	h := startHosts(t, Config{TimeScale: 1000}, `systems = [simulate.rhino("rhino", begins = "cold")]`)
	first, second, quorum := h.dial("host1"), h.dial("host2"), h.dial("host3")
	h.startNode(first, 101, "-p -s")
	h.startNode(second, 102, "-s")
	h.startNode(quorum, 103, "-q")
	h.until(first, "/opt/rhino/client/bin/rhino-console getclusterstate", func(r ran) bool {
		return strings.Count(r.stdout, "Running") == 2 && strings.Contains(r.stdout, "quorum")
	})
	if got := h.run(first, "/opt/rhino/client/bin/rhino-console shutdown -nodes 102", ""); got.status != 0 || !strings.Contains(got.stdout, "Shutdown successful") {
		t.Errorf("got %+v", got)
	}
	h.until(second, "pgrep -f 'RhinoBoot[.]jar'", func(r ran) bool { return r.status == 1 })
	if got := h.server.Hazards(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	// What hurts is told while it is done.
	_ = h.run(first, "pkill -9 -f 'RhinoBoot[.]jar'", "")
	h.await(`"event":"hazard"`)
	h.await(`"hazard":"node-killed-under-slee","detail":"`)
}

// startNode starts a node as one does by hand, and waits until it is ready.
func (h *hosts) startNode(c *ssh.Client, id int, flags string) {
	h.t.Helper()
	dir := "/opt/rhino/node-" + itoa(id)
	got := h.run(c, "cd "+dir+" && nohup ./start-rhino.sh "+flags+" >/dev/null 2>&1 &", "")
	if got != (ran{}) {
		h.t.Fatalf("node %d: got %+v", id, got)
	}
	h.until(c, "cat "+dir+"/work/log/rhino.log", func(r ran) bool {
		return strings.Contains(r.stdout, "has joined the primary component and started fully")
	})
}

// until repeats a command until its outcome is as it should be, for a virtual
// half hour.
func (h *hosts) until(c *ssh.Client, line string, good func(ran) bool) {
	h.t.Helper()
	now := func() (at time.Duration) {
		h.server.Do(func(w *simulator.World) { at = w.Elapsed() })
		return at
	}
	for begun := now(); ; {
		got := h.run(c, "sleep 1; "+line, "")
		if good(got) {
			return
		}
		if now() > begun+30*time.Minute {
			h.t.Fatalf("%s: got %+v", line, got)
		}
	}
}
