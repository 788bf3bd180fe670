// Package simulator is the world outside as deterministic state machines in
// virtual time.
//
// A [World] is a Performer like the live one, and runs branches like the live
// one does, but one at a time: time stands still while a branch computes, and
// jumps to the next event when every branch waits. So twenty minutes of booting
// pass in a millisecond, and the same scenario with the same seed gives the
// same bytes.
//
//	s, err := simulator.LoadScenario("demo.star", source)
//	w, err := simulator.NewWorld(simulator.Config{Scenario: s})
//	err = w.Main(ctx, func(ctx context.Context) error { … w.Perform(ctx, request) … })
//
// A [Scenario] says which systems and hosts there are, how each begins and what
// goes wrong: inside a system (a node that never boots, which is the business of
// its state machine, see the folders exaoperation and rhino), with a machine
// (see [HostFault]), and between a client and a system or a host (an answer that
// is lost, see [Fault]).
//
// The life of one call: the request travels for a while drawn from the seed;
// at its arrival the faults that lie in wait for it are looked up; the state
// machine takes it and answers; the answer travels back. Every one of these
// moments may come after the client has given up, and a request that has been
// sent arrives all the same, as it does outside. A command on a host lives the
// same life, and runs on one of the machines of [World.Fleet] in between, which
// have processes, files and a shell: see the folder host.
//
// Package serve, below this one, shows the same systems on loopback.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator/host"
	"runbook/simulator/model"
	"runbook/simulator/rhino"
)

// DefaultStart is when a world begins that is not told.
var DefaultStart = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// DefaultSeed is what a world's chances are drawn from if it is not told.
const DefaultSeed = 1

// Config is what a World is made of. The zero value is a world without systems.
type Config struct {
	Scenario *Scenario    // nil: Systems in their default form
	Systems  []SystemSpec // of the site; what a system of the scenario leaves out is taken from here, by name
	Hosts    []HostSpec   // of the site, also those of its Rhino clusters' nodes
	State    string       // how systems begin that Scenario does not describe: "stopped" (default), "running" or "cold"
	Seed     uint64       // 0: the scenario's, or DefaultSeed
	Start    time.Time    // zero: the scenario's, or DefaultStart
	NoDelays bool         // every transition takes no time at all, and neither do requests

	// Login, if not empty, is an administrator of every system, besides the
	// users that its scenario lists. Password is what the system takes.
	Login, Password string
}

// A SystemSpec is what a site knows of a system: of an Exasol cluster, or of a
// Rhino cluster if Rhino is set.
type SystemSpec struct {
	Name           string
	URL            string   // of its cluster object, "https://10.0.0.10/cluster1"
	LicenseServers []string // nil: n0010
	Plugins        []string
	Rhino          *RhinoSpec
}

// A HostSpec is what a site knows of a host. Hosts of one address are one machine.
type HostSpec struct {
	Name    string // the target of requests
	Address string // "" for one of its own
}

// A World is a simulated world. It is for one goroutine at a time, branches of
// it being the same goroutine. It must be closed.
type World struct {
	schedule scheduler
	start    time.Time
	seed     uint64
	systems  []*System
	routes   map[string]route // by target
	answers  []ScriptedAnswer
	changes  map[string]*bool // whether a change took effect, by the request's ID and description
	effects  map[string]int   // how often it did, by the same
	kills    []Kill
	runs     int // that are over

	fleet    *host.Fleet
	stations []*station          // in the order of the fleet's machines
	byHost   map[string]*station // by every name of the machine
	clusters []*rhino.Cluster
	order    []member  // systems and clusters in the order of the scenario
	lurking  []lurking // faults of commands
}

// NewWorld makes a world at its beginning. The error says what in the
// configuration does not fit.
func NewWorld(cfg Config) (*World, error) {
	scenario, err := cfg.Scenario.completed(cfg, true)
	if err != nil {
		return nil, err
	}
	w := &World{
		start: firstTime(cfg.Start, scenario.Start, DefaultStart), answers: scenario.Answers,
		seed:   firstSeed(cfg.Seed, scenario.Seed, DefaultSeed),
		routes: map[string]route{}, changes: map[string]*bool{}, effects: map[string]int{}, kills: scenario.Kills, byHost: map[string]*station{},
	}
	w.fleet = host.NewFleet(host.FleetConfig{Seed: mix(w.seed, model.Hash("hosts")), Start: w.start})
	w.schedule.works = w.fleet
	if err := w.populate(scenario, cfg); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// populate makes the world's hosts and systems.
func (w *World) populate(scenario *Scenario, cfg Config) error {
	for _, h := range scenario.Hosts {
		if err := w.addStation(h, cfg.NoDelays); err != nil {
			return err
		}
	}
	for _, spec := range scenario.Systems {
		if spec.Rhino != nil {
			if err := w.addCluster(spec, cfg.NoDelays); err != nil {
				return err
			}
			continue
		}
		s, err := newSystem(w, spec, cfg)
		if err != nil {
			return err
		}
		for _, f := range scenario.Faults {
			if f.ofCalls() && (f.System == "" || f.System == spec.Name) {
				s.faults = append(s.faults, lurking{Fault: f})
			}
		}
		w.systems = append(w.systems, s)
		w.order = append(w.order, s)
	}
	for _, f := range scenario.Faults {
		if f.ofCommands() {
			w.lurking = append(w.lurking, lurking{Fault: f})
		}
	}
	w.beginHosts(scenario)
	return nil
}

// Close ends what runs on the world's machines. The world must not be used
// afterwards, and may be closed twice.
func (w *World) Close() {
	if w.fleet != nil {
		w.fleet.Close()
	}
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t.UTC()
		}
	}
	return time.Time{}
}

func firstSeed(seeds ...uint64) uint64 {
	for _, s := range seeds {
		if s != 0 {
			return s
		}
	}
	return 0
}

// Seed is what the world's chances are drawn from.
func (w *World) Seed() uint64 { return w.seed }

// Start is the wall clock at the world's beginning.
func (w *World) Start() time.Time { return w.start }

// Elapsed is the virtual time since the beginning.
func (w *World) Elapsed() time.Duration { return w.schedule.now }

// Now is the virtual wall clock.
func (w *World) Now() time.Time { return w.start.Add(w.schedule.now) }

// Systems are the world's systems in the order of the scenario.
func (w *World) Systems() []*System { return w.systems }

// Main runs main as the first branch, in virtual time, and returns when it
// has. The clock goes on from where an earlier Main left it. A Main within a
// Main is an error.
func (w *World) Main(ctx context.Context, main func(ctx context.Context) error) (err error) {
	if w.schedule.current != nil {
		return errors.New("world: got a Main inside a Main, want one at a time")
	}
	w.schedule.run(ctx, func() { err = main(ctx) })
	return err
}

// WithTimeout gives a context that ends after a virtual time, with the cause
// given. Like one of package context it must be cancelled when it is done with.
func (w *World) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := w.schedule.at(w.schedule.now+max(d, 0), func() { cancel(cause) })
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}

// Alarm calls ring when the virtual time has come, while branches wait for it or
// for a later one, unless it is stopped before.
func (w *World) Alarm(at time.Duration, ring func()) (stop func()) { return w.schedule.at(at, ring) }

// Run calls body for every item from 0 to n-1, each in a branch of its own and
// at most limit at once (0 for DefaultLimit), and returns when all have
// returned. A panic in one is raised again here as a *BranchPanic.
func (w *World) Run(ctx context.Context, n, limit int, body func(ctx context.Context, item int)) {
	w.schedule.parallel(ctx, n, limit, body)
}

// A Hazard is an unsafe thing that a system saw happen, whatever its kind.
type Hazard struct {
	System string
	model.Hazard
}

// String is the hazard in one line: "demo: 20m3s: storage-stopped-under-database: exa_db1".
func (h Hazard) String() string {
	return fmt.Sprintf("%s: %s: %s: %s", h.System, effect.FormatDuration(h.At), h.Name, h.Detail)
}

// Advance lets time pass where no branch does, and what is due by then on the
// machines happen: for who has a clock of his own. A time that is past is now.
func (w *World) Advance(now time.Duration) { w.schedule.advance(now) }

// A member is a system of the world, whatever its kind.
type member interface {
	name() string
	hazards(now time.Duration) []Hazard
	describe(now time.Duration) string
	describeShort(now time.Duration) []string
}

// Hazards lists what the world saw up to now, system by system.
func (w *World) Hazards() []Hazard {
	w.Advance(0)
	var all []Hazard
	for _, m := range w.order {
		all = append(all, m.hazards(w.schedule.now)...)
	}
	return all
}

// Describe is the state of every system and machine now, as text: worlds whose
// systems and machines are in the same state have the same.
func (w *World) Describe() string {
	w.Advance(0)
	var b strings.Builder
	for _, m := range w.order {
		fmt.Fprintf(&b, "%s\n%s\n", m.name(), m.describe(w.schedule.now))
	}
	b.WriteString(w.fleet.Describe())
	return b.String()
}

// DescribeShort is the state of every system now, for people: its name, then a
// line for each of its units; and of every machine that is not as it should be.
func (w *World) DescribeShort() []string {
	w.Advance(0)
	var lines []string
	for _, m := range w.order {
		lines = append(lines, m.name())
		for _, line := range m.describeShort(w.schedule.now) {
			lines = append(lines, "  "+line)
		}
	}
	for _, s := range w.stations {
		if state := s.describeShort(); state != "up" {
			lines = append(lines, "host "+s.Name()+": "+state)
		}
	}
	return lines
}
