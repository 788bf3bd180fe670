// Package exaoperation is a simulated Exasol cluster seen through
// EXAoperation's XML-RPC interface.
//
// A [Cluster] is a state machine without clock, input or output of its own.
// Its input is a [Call] and the time of it; its output an [Answer]; between
// calls, what is under way ends when its time has come. Everything random is
// drawn from the seed, so that the same calls at the same times give the same
// answers:
//
//	c, err := exaoperation.New(exaoperation.Config{}, 1)
//	a := c.Call(0, exaoperation.Call{
//		Path: "/cluster1", Method: "getNodeList",
//		User: "admin", Password: "admin", Authenticated: true,
//	})
//
// It answers what the real one answers, to the letter where anybody has seen
// the letter. Where nobody has, it answers what its [Config] says: defaults.go
// lists every such word, duration and choice with what it rests on.
//
// Besides answering, a cluster watches: [Cluster.Hazards] lists the unsafe
// things that were done to it, whatever a client could know.
package exaoperation

import (
	"maps"
	"slices"
	"time"

	"runbook/simulator/model"
)

// How it is built: every unit (a node, EXAoperation itself, EXAStorage, a
// database) has a state and a generation. A change of state raises the
// generation and plans the event that ends it; an event of an older generation
// is void. Nothing else happens by itself, so a cluster costs nothing between
// calls, and time may jump. Faults that last a while and have no consequences
// (a refused password, a service that reports another state) are looked up
// when somebody asks.

// A Cluster is a simulated cluster. It is not for concurrent use.
type Cluster struct {
	setup *setup
	seed  uint64
	now   time.Duration
	queue queue

	nodes     []node // license servers, then data nodes
	master    master
	storage   storage
	databases []database
	volumes   []volume
	plugins   []plugin
	logs      []logService
	users     []user

	objects map[string]object // below the cluster, but for nodes
	shared  bool              // objects belongs to clones, too
	drivers int32             // JDBC drivers made so far

	log          []entry
	clock        time.Duration // how far setClusterTime moved the clock
	uploaded     bool          // uploadSoftware was called
	pluginFaults []int         // how often each fault was seen
	hazards      []Hazard
}

// New makes a cluster. It reports what is wrong with cfg as an error that
// names the field. The slices of cfg must not be changed afterwards.
func New(cfg Config, seed uint64) (*Cluster, error) {
	s, err := settle(cfg)
	if err != nil {
		return nil, err
	}
	c := &Cluster{setup: s, seed: model.Mix(seed), pluginFaults: make([]int, len(s.Faults.Plugins))}
	if err := c.beginDatabases(); err != nil {
		return nil, err
	}
	c.beginNodes()
	c.beginMaster()
	c.beginPlugins()
	c.beginLogs()
	c.beginUsers()
	c.beginObjects()
	c.beginFaults()
	return c, nil
}

// Config is the cluster's, with every default filled in.
func (c *Cluster) Config() Config { return c.setup.Config }

// beginFaults plans the faults that have a time.
func (c *Cluster) beginFaults() {
	f := &c.setup.Faults
	for i, n := range f.Nodes {
		switch {
		case n.Kind == FallsOver && n.At > 0:
			c.plan(n.At, nodeFails, c.setup.index[n.Node], 0)
		case n.Kind == Flagged:
			c.plan(n.At, nodeFlagged, int32(i), 0)
		}
	}
	for _, s := range f.Storage {
		if s.Kind == StorageLost {
			c.plan(s.At, storageFails, 0, 0)
		}
	}
	for i, d := range f.Databases {
		db := c.databaseNamed(d.Database)
		switch d.Kind {
		case Busy:
			c.plan(d.At, operationBegins, int32(i), 0)
		case Disappears:
			c.plan(d.At, databaseDisappears, db, 0)
		case Crashes:
			c.plan(d.At, databaseCrashes, db, 0)
		}
	}
	for _, i := range f.Interface {
		if i.Kind == Moves {
			c.plan(i.From, masterMoves, c.setup.index[i.Node], 0)
		}
	}
}

// lasting reports whether now is within a fault that begins at from and lasts
// so long; 0 is for ever.
func (c *Cluster) lasting(from, long time.Duration) bool {
	return c.now >= from && (long == 0 || c.now < from+long)
}

// spoils reports whether a fault that spoils so many turns spoils this one,
// counted from 1; 0 is every one.
func spoils(times int, turn uint32) bool { return times == 0 || int64(turn) <= int64(times) }

// Clone is an independent copy of the cluster as it is now. What the two have
// in common is never written to.
func (c *Cluster) Clone() *Cluster {
	c.shared, c.log, c.hazards = true, slices.Clip(c.log), slices.Clip(c.hazards)
	d := *c
	d.queue.events = slices.Clone(c.queue.events)
	d.nodes = slices.Clone(c.nodes)
	d.databases = slices.Clone(c.databases)
	d.volumes = slices.Clone(c.volumes)
	d.users = slices.Clone(c.users)
	d.pluginFaults = slices.Clone(c.pluginFaults)
	d.plugins = slices.Clone(c.plugins)
	for i := range d.plugins {
		d.plugins[i].units = slices.Clone(c.plugins[i].units)
	}
	d.logs = slices.Clone(c.logs)
	for i := range d.logs {
		d.logs[i].tags = maps.Clone(c.logs[i].tags)
	}
	return &d
}
