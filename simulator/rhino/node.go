package rhino

import (
	"path"
	"strconv"
	"time"

	"runbook/simulator/host"
)

// A step is how far the start of a node is: the seven of the vendor's article,
// and what comes before and after.
type step uint8

const (
	down        step = iota
	launching        // 1: the JVM process is launched
	configuring      // 2: it generates and reads its configuration
	checking         // 3: it checks whether it should become part of the primary component
	waiting          // 4: it waits to enter it
	syncing          // 5: it loads the state, or copies it
	mlets            // 6: it starts the m-lets
	opening          // 7: it becomes ready to receive management commands
	ready            // and is
	leaving          // it was told to shut down
)

var stepNames = [...]string{
	"down", "launching", "configuring", "checking its primary component configuration", "waiting for the primary component",
	"syncing", "starting m-lets", "becoming ready", "ready", "shutting down",
}

// A node is one Rhino process and its directory.
type node struct {
	c       *Cluster
	spec    Node
	name    string // its id
	machine *host.Machine
	primary string // path of its primary component configuration
	journal string // path of its log

	script *host.Process // start-rhino.sh; nil or ended if there is none
	jvm    *host.Process // the node proper; nil or ended if there is none
	flags  flags         // of the JVM
	starts uint32        // of JVMs
	readys uint32        // how often it became ready
	step   step
	since  time.Duration // when its JVM was started
	waits  time.Duration // when it began to wait for the primary component
	ends   uint32        // how often it was shut down
	why    cause         // why it ends
	told   time.Duration // when the command was given that ends it; 0 if none was
	lost   time.Duration // when it ended by itself; 0 while it did not
	output []string      // lines for the console that are not written yet

	memory marker     // what it remembered of the primary component when it started
	comp   *component // that it is in; nil if in none
	joins  bool       // it is about to enter one
	synced bool       // it has the state
	slee   slee
}

// A cause is why a node's process ends, as far as the model decided it.
type cause uint8

const (
	byOthers  cause = iota // a signal: somebody killed it
	byItself               // it gave up, crashed, or left the primary component
	byCommand              // a management command shut it down
)

// alive reports whether the node's JVM runs.
func (n *node) alive() bool { return n.jvm != nil && !n.jvm.Ended() }

// serves reports whether the node is in the primary component and takes part
// in its management.
func (n *node) serves() bool {
	return n.alive() && n.comp != nil && n.step == ready && !n.flags.quorum
}

// after calls do once d has passed, unless the JVM has ended by then.
func (n *node) after(d time.Duration, do func()) {
	start := n.starts
	n.c.after(d, func() {
		if n.starts == start && n.alive() {
			do()
		}
	})
}

// poke lets the JVM's program look again at what it waits for.
func (n *node) poke() {
	if n.jvm != nil {
		n.jvm.Wake()
	}
}

// end ends the JVM from outside its program.
func (n *node) end(why cause, status int) {
	if n.alive() {
		n.why = why
		n.jvm.Exit(status)
	}
}

// launch starts the node's JVM, which lives so, as a child of its script.
func (n *node) launch(script *host.Process, f flags, life host.Program) {
	n.starts++
	n.flags, n.step, n.since, n.why = f, launching, n.c.now(), byOthers
	n.told, n.lost = 0, 0
	n.comp, n.joins, n.synced, n.output = nil, false, false, nil
	n.slee = slee{state: SLEEStopped, gen: n.slee.gen + 1, starts: n.slee.starts, stops: n.slee.stops}
	n.jvm = script.Spawn(host.Command{Argv: n.java(f), Dir: n.spec.Dir, Run: life, Done: n.ended})
	n.jvm.Ignore(host.PIPE, true)
	n.jvm.Trap(n.trap)
	if n.jvm.Ended() { // the machine has too many processes
		n.step = down
	}
	_ = n.files().WriteFile(n.path(n.c.Conventions.PidFile), []byte(strconv.Itoa(n.jvm.PID())+"\n"))
}

// java is the command line of the node's JVM.
func (n *node) java(f flags) []string {
	c := n.c
	argv := []string{c.shared(c.Conventions.Java), "-server"}
	if home := c.Conventions.ProcessHome; home != "none" {
		argv = append(argv, "-Drhino.home="+n.path(home))
	}
	return append(append(argv, "-jar", path.Join(c.Home, "lib", c.Conventions.Process)), f.args()...)
}

// ended is what follows from the end of the node's JVM.
func (n *node) ended(jvm *host.Process) {
	if jvm != n.jvm {
		return
	}
	c := n.c
	killed := n.why == byOthers && n.machine.Up()
	if !killed && n.why != byCommand {
		n.lost = c.now()
	}
	was, running, live := n.comp, n.slee.state, n.activities()
	n.step = down
	n.setSLEE(SLEEStopped, false)
	if was != nil {
		was.lost(n)
	}
	if killed {
		c.watchKill(n, was, running, live)
	}
	c.checkShutdowns()
	if n.script != nil {
		n.script.Wake()
	}
	for _, w := range c.watchers {
		w.Wake()
	}
}

// trap is what signals do to a JVM: its exit statuses are the vendor's table.
func (n *node) trap(s host.Signal) bool {
	status, known := map[host.Signal]int{
		host.ABRT: 134, host.SEGV: 134, host.USR2: 134, // [doc], sic: not 128 and the number
		host.Signal(4): 134, host.Signal(8): 134, host.Signal(7): 135, host.Signal(5): 133,
	}[s]
	if s == host.QUIT {
		n.print(n.c.Texts.ThreadDump)
		n.poke()
		return true
	}
	if known {
		n.jvm.Exit(status)
	}
	return known
}
