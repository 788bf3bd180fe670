package rhino

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"runbook/effect"
	"runbook/simulator/host"
	"runbook/simulator/model"
	"runbook/simulator/model/modeltest"
)

var rewrite = flag.Bool("rewrite", false, "write what the transcripts should say instead of comparing")

// A transcript (see [modeltest.Transcripts]) has these commands:
//
//	cluster [begin=B] [version=V] ...  begins a cluster; the lines below say how (see script.configure)
//	run HOST LINE                      runs a line in the host's shell and waits for its end
//	start HOST LINE                    starts one and does not wait; what it writes is not shown
//	advance D                          lets time pass, and shows what happens
//	host HOST down|up|cut|join|full|free
//	file HOST PATH                     shows a file; dates are left out
//	state, hazards                     shows everything
//
// Paths that begin with ~ are below the cluster's home. An empty line of the
// history is a dot, and a line of stderr begins with '!'.
//
// go test ./simulator/rhino -rewrite records it anew.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	modeltest.Transcripts(t, "testdata/*.txt", *rewrite, func(t *testing.T) func(string) string {
		s := &script{t: t}
		return func(command string) string {
			s.out.Reset()
			s.do(command)
			return strings.ReplaceAll(s.out.String(), "\n\n", "\n.\n")
		}
	})
}

// A script is the state of a transcript while it is performed.
type script struct {
	t     *testing.T
	f     *host.Fleet
	c     *Cluster
	out   strings.Builder
	watch modeltest.Watch
}

func (s *script) do(command string) {
	line, body := modeltest.Command(command)
	verb, rest, _ := strings.Cut(line, " ")
	at, what, _ := strings.Cut(rest, " ")
	switch verb {
	case "cluster":
		s.cluster(strings.Fields(rest), body)
	case "run":
		s.run(at, what)
	case "start":
		s.machine(at).Start(host.Command{Line: s.expand(what), Detached: true})
	case "advance":
		s.advance(s.f.Now() + s.duration(rest))
	case "host":
		s.host(s.machine(at), what)
	case "file":
		s.file(s.machine(at), what)
	case "state":
		s.out.WriteString(s.c.Describe())
	case "hazards":
		for _, h := range s.c.Hazards() {
			s.watch.Hazard(&s.out, h)
		}
	default:
		s.t.Fatalf("transcript: got %q, want a command", line)
	}
	s.changes()
}

func (s *script) expand(line string) string { return strings.ReplaceAll(line, "~", s.c.Home) }

func (s *script) machine(name string) *host.Machine {
	m := s.f.Machine(name)
	if m == nil {
		s.t.Fatalf("transcript: got %q, want a host", name)
	}
	return m
}

func (s *script) duration(text string) time.Duration {
	d, err := effect.ParseDuration(text)
	if err != nil {
		s.t.Fatalf("duration: %v", err)
	}
	return d
}

func (s *script) cluster(options []string, body string) {
	cfg := Config{Seed: 1}
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		s.configure(&cfg, name, []string{value})
	}
	for line := range strings.SplitSeq(body, "\n") {
		if words := strings.Fields(line); len(words) > 0 {
			s.configure(&cfg, words[0], words[1:])
		}
	}
	s.f = host.NewFleet(host.FleetConfig{Seed: 1})
	s.t.Cleanup(s.f.Close)
	c, err := New(s.f, cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.c, s.watch = c, modeltest.Watch{Clock: clock}
}

func (s *script) configure(cfg *Config, name string, v []string) {
	var err error
	switch name {
	case "begin":
		cfg.Begin = Begin(v[0])
	case "version":
		cfg.Version = v[0]
	case "selector":
		cfg.Selector = Selector(v[0])
	case "desired":
		cfg.Desired = SLEE(v[0])
	case "traffic":
		cfg.Traffic = true
	case "activities":
		cfg.Activities.Each, err = strconv.Atoi(v[0])
		cfg.Activities.Drain = s.duration(v[1])
	case "service":
		cfg.Services = append(cfg.Services, Service{Name: strings.ReplaceAll(v[0], "_", " "), Vendor: v[1], Version: v[2], Inactive: len(v) > 3})
	case "entity":
		cfg.Entities = append(cfg.Entities, Entity{Name: v[0], Inactive: len(v) > 1})
	case "node":
		cfg.Nodes = append(cfg.Nodes, s.node(v))
	case "timing":
		err = cfg.Timings.Set(v[0], model.Fixed(s.duration(v[1])))
	case "text":
		err = cfg.Texts.Set(v[0], strings.Join(v[1:], " "))
	case "convention":
		err = cfg.Conventions.Set(v[0], strings.Join(v[1:], " "))
	case "behaviour":
		err = cfg.Behaviour.Set(v[0], v[1])
	case "fault":
		s.fault(&cfg.Faults, v)
	default:
		s.t.Fatalf("cluster: got %q, want a part of a Config", name)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// node reads ID HOST [quorum] [state=S] [slee=S] [desired=S] [args=-k,-s].
func (s *script) node(v []string) Node {
	id, err := strconv.Atoi(v[0])
	if err != nil {
		s.t.Fatal(err)
	}
	n := Node{ID: id, Host: v[1]}
	for _, o := range v[2:] {
		name, value, _ := strings.Cut(o, "=")
		switch name {
		case "quorum":
			n.Quorum = true
		case "state":
			n.State = State(value)
		case "slee":
			n.SLEE = SLEE(value)
		case "desired":
			n.Desired = SLEE(value)
		case "args":
			n.Arguments = strings.Split(value, ",")
		default:
			s.t.Fatalf("node: got %q, want an option", o)
		}
	}
	return n
}

// fault reads database|node ID KIND|slee ID KIND|console HOST KIND, and what
// it says besides, such as after=10s.
func (s *script) fault(f *Faults, v []string) {
	options := map[string]string{}
	for _, o := range v {
		if name, value, ok := strings.Cut(o, "="); ok {
			options[name] = value
		}
	}
	d := func(name string) time.Duration {
		if options[name] == "" {
			return 0
		}
		return s.duration(options[name])
	}
	times, _ := strconv.Atoi(options["times"])
	code, _ := strconv.Atoi(options["code"])
	window := Window{From: d("from"), For: d("for")}
	id := 0
	if len(v) > 1 {
		id, _ = strconv.Atoi(v[1])
	}
	switch v[0] {
	case "database":
		f.Database = append(f.Database, window)
	case "node":
		f.Nodes = append(f.Nodes, NodeFault{Node: id, Kind: NodeFaultKind(v[2]), After: d("after"), At: d("at"), Code: code, Times: times})
	case "slee":
		f.SLEE = append(f.SLEE, SLEEFault{Node: id, Kind: SLEEFaultKind(v[2]), Times: times})
	case "console":
		f.Consoles = append(f.Consoles, ConsoleFault{Host: v[1], Kind: ConsoleFaultKind(v[2]), Late: d("late"), Window: window, Times: times})
	default:
		s.t.Fatalf("fault: got %q, want a fault", v[0])
	}
}

// advance lets time pass, and shows what happens when it happens.
func (s *script) advance(to time.Duration) {
	for {
		at, ok := s.f.Next()
		if !ok || at > to {
			break
		}
		s.f.Advance(at)
		s.changes()
	}
	s.f.Advance(to)
}

// run waits an hour at most.
func (s *script) run(on, line string) {
	p := s.machine(on).Start(host.Command{Line: s.expand(line)})
	if p == nil {
		fmt.Fprintf(&s.out, "%s is down\n", on)
		return
	}
	for end := s.f.Now() + time.Hour; !p.Ended(); {
		at, ok := s.f.Next()
		if !ok || at > end {
			fmt.Fprintf(&s.out, "[%s] it goes on\n", clock(s.f.Now()))
			return
		}
		s.f.Advance(at)
		s.changes()
	}
	stdout, stderr := p.Output()
	for line := range strings.Lines(string(stdout)) {
		s.out.WriteString(undated(line))
	}
	for line := range strings.Lines(string(stderr)) {
		s.out.WriteString("! " + strings.ReplaceAll(line, "\n", "") + "\n")
	}
	fmt.Fprintf(&s.out, "[%s] status %d\n", clock(s.f.Now()), p.Status())
}

func (s *script) host(m *host.Machine, what string) {
	switch what {
	case "down", "up":
		m.SetUp(what == "up")
	case "cut", "join":
		m.SetCut(what == "cut")
	case "full", "free":
		m.SetFull(what == "full")
	default:
		s.t.Fatalf("host: got %q, want down, up, cut, join, full or free", what)
	}
	s.f.Advance(s.f.Now())
}

func (s *script) file(m *host.Machine, name string) {
	data, err := m.Files().ReadFile(s.expand(name))
	if err != nil {
		fmt.Fprintln(&s.out, err)
		return
	}
	for line := range strings.Lines(string(data)) {
		s.out.WriteString("  " + strings.TrimRight(undated(line), "\n") + "\n")
	}
}

// undated is a line without the date that it begins with.
func undated(line string) string {
	if len(line) > len(stamp) && line[:2] == "20" && line[10] == ' ' {
		return line[len(stamp):]
	}
	return line
}

// clock is a time as transcripts show it: what the start of a process costs is
// the hosts' matter.
func clock(at time.Duration) string { return effect.FormatDuration(at.Round(100 * time.Millisecond)) }

// changes shows the nodes and the hazards that are new.
func (s *script) changes() {
	if s.c == nil {
		return
	}
	s.watch.Look(&s.out, s.f.Now(), s.c.DescribeShort(), s.c.Hazards())
}
