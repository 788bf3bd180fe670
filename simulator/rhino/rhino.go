// Package rhino is a simulated Rhino cluster on simulated hosts.
//
// A [Cluster] lays out its files on the machines of a [host.Fleet] and installs
// its programs there: start-rhino.sh, stop-rhino.sh, make-primary.sh,
// rhino-console, rhino.sh and the others. From then on it is driven as a real
// one is, by running commands on the hosts:
//
//	fleet := host.NewFleet(host.FleetConfig{})
//	defer fleet.Close()
//	c, err := rhino.New(fleet, rhino.Config{Begin: rhino.Cold})
//	m := fleet.Machine("host1")
//	m.Start(host.Command{Argv: []string{"/opt/rhino/node-101/start-rhino.sh", "-p", "-s"}, Detached: true})
//	fleet.Advance(5 * time.Minute)
//	fmt.Print(c.Describe()) // node 101 ready, SLEE running
//
// A node is two processes: the script, which waits for the other and starts it
// again where -k says so, and the JVM, whose program goes through the seven
// steps of a start and then serves. The nodes that see each other make up
// components; the primary one is that which holds the majority of what it was
// before. Each node remembers the primary component in its work directory, and
// what is desired of its SLEE is in the database, in PostgreSQL.
//
// It answers what the real one answers, to the letter where anybody has seen
// the letter. Where nobody has, it answers what its [Config] says: defaults.go
// lists every such word, duration and choice with what it rests on.
//
// Besides answering, a cluster watches: [Cluster.Hazards] lists the unsafe
// things that were done to it, whatever a client could know.
package rhino

import (
	"slices"
	"strconv"
	"time"

	"runbook/simulator/host"
	"runbook/simulator/model"
)

// How it is built: a node's start is the program of its JVM, a coroutine of the
// host, and so are the scripts and consoles. Everything that happens to several
// nodes at once (who is in which component, what a SLEE does, who shuts down)
// is plain state here, moved by events of the fleet; a program that waits for a
// change of it pauses, and is woken by whoever changes it. An event that
// belongs to a process is void once that process has ended.

// A Cluster is a simulated cluster. Like its fleet, it is for one goroutine at a time.
type Cluster struct {
	Config // with every default filled in

	fleet  *host.Fleet
	seed   uint64
	strict bool // the rules of 2.x

	nodes []*node // by id
	byID  map[int]*node

	components []*component // that have live members, oldest first
	lineages   int          // primary components created so far
	stored     *memory      // what PostgreSQL holds
	groups     map[*host.Machine]int
	stale      bool // groups are to be found again
	noticing   bool // a change of the network is about to be looked at
	serving    int  // nodes whose SLEE is running
	shutdowns  []*shutdown
	watchers   []*host.Process   // consoles that wait for nodes to end
	consoles   map[string]uint32 // started on each host
	faulty     []uint32          // consoles that each fault of theirs was looked up for
	hazards    []Hazard
	uploads    []string // deployable units installed
}

// New lays a cluster out on a fleet. It adds the machines that are not there,
// and reports what is wrong with cfg as an error that names the field. The
// slices of cfg must not be changed afterwards.
func New(fleet *host.Fleet, cfg Config) (*Cluster, error) {
	c := &Cluster{
		Config: cfg, fleet: fleet, seed: model.Mix(cfg.Seed), byID: map[int]*node{},
		consoles: map[string]uint32{}, stale: true,
	}
	if err := c.settle(); err != nil {
		return nil, err
	}
	c.faulty = make([]uint32, len(c.Faults.Consoles))
	c.stored = c.newMemory()
	for _, n := range c.nodes {
		c.layOutNode(n)
	}
	for _, m := range c.machines() {
		c.layOutMachine(m)
	}
	c.beginNodes()
	c.beginDatabase()
	c.beginFaults()
	fleet.OnChange(c.networkChanged)
	return c, nil
}

func (c *Cluster) now() time.Duration { return c.fleet.Now() }

// after calls do once d has passed.
func (c *Cluster) after(d time.Duration, do func()) { c.fleet.At(c.now()+max(d, 0), do) }

// machines are those of the cluster, in the order of their first nodes.
func (c *Cluster) machines() []*host.Machine {
	var all []*host.Machine
	seen := map[*host.Machine]bool{}
	for _, n := range c.nodes {
		if !seen[n.machine] {
			seen[n.machine] = true
			all = append(all, n.machine)
		}
	}
	return all
}

// on are the cluster's nodes on a machine, by id.
func (c *Cluster) on(m *host.Machine) []*node {
	var all []*node
	for _, n := range c.nodes {
		if n.machine == m {
			all = append(all, n)
		}
	}
	return all
}

// addNode makes a node known, in the order of ids.
func (c *Cluster) addNode(spec Node, m *host.Machine) *node {
	n := &node{c: c, spec: spec, name: strconv.Itoa(spec.ID), machine: m}
	n.primary, n.journal = n.path(c.Conventions.PrimaryFile), n.path(c.Conventions.Log)
	at, _ := slices.BinarySearchFunc(c.nodes, spec.ID, func(n *node, id int) int { return n.spec.ID - id })
	c.nodes = slices.Insert(c.nodes, at, n)
	c.byID[spec.ID] = n
	return n
}

// ids are the ids of nodes, separated by commas.
func ids(nodes []*node) string {
	var b []byte
	for i, n := range nodes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, n.name...)
	}
	return string(b)
}
