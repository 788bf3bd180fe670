package exaoperation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator/model"
	"runbook/simulator/model/modeltest"
)

// cluster begins a cluster. Options: seed, begin, version, nodes (how many),
// master, entry, short (timings of seconds instead of minutes).
func (s *script) cluster(options []string, body string) {
	var cfg Config
	seed := uint64(1)
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch key {
		case "seed":
			seed = uint64(s.number(value))
		case "begin":
			cfg.Begin = Begin(value)
		case "version":
			cfg.Version = value
		case "nodes":
			cfg.Nodes = DataNodes(int(s.number(value)))
		case "single":
			cfg.Nodes = []Node{{Name: "n0010"}}
		case "master":
			cfg.Master = value
		case "entry":
			cfg.Entry = value
		case "fixed":
			for _, t := range timingSettings {
				*t.Field(&cfg.Timings) = model.Fixed(s.duration(value))
			}
			cfg.Timings.LogWindow = Span{}
		default:
			s.fail("cluster: got %q, want an option", o)
		}
	}
	for line := range strings.Lines(body) {
		s.configure(&cfg, strings.Fields(line))
	}
	c, err := New(cfg, seed)
	if err != nil {
		fmt.Fprintln(&s.out, err)
		return
	}
	s.c, s.now, s.log, s.watch = c, 0, 0, modeltest.Watch{Clock: effect.FormatDuration}
}

func (s *script) number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		s.fail("number: %v", err)
	}
	return n
}

// configure reads a line such as "node n0012 flag=to_wipe card=no".
func (s *script) configure(cfg *Config, words []string) {
	opts := map[string]string{}
	for _, w := range words[2:] {
		key, value, _ := strings.Cut(w, "=")
		opts[key] = value
	}
	list := func(key string) []string {
		if opts[key] == "" {
			return nil
		}
		return strings.Split(opts[key], ",")
	}
	count := func(key string) int {
		if opts[key] == "" {
			return 0
		}
		return int(s.number(opts[key]))
	}
	long := func(key string) time.Duration {
		if opts[key] == "" {
			return 0
		}
		return s.duration(opts[key])
	}
	name := words[1]
	switch words[0] {
	case "node":
		s.node(cfg, name, opts, long("powered_at"))
	case "candidates":
		cfg.Candidates = words[1:]
	case "user":
		if cfg.Users == nil {
			cfg.Users = Defaults().Users
		}
		cfg.Users = append(cfg.Users, User{name, opts["password"], Role(opts["role"])})
	case "database":
		d := Database{
			Name: name, State: DatabaseState(opts["state"]), Nodes: list("nodes"), Reserve: list("reserve"), Port: count("port"), Volume: opts["volume"],
			Operation: Operation{strings.ReplaceAll(opts["operation"], "_", " "), long("for")},
		}
		cfg.Databases = append(cfg.Databases, d)
	case "backup":
		d := &cfg.Databases[len(cfg.Databases)-1]
		d.Backups = append(d.Backups, Backup{
			ID: s.number(name), Level: int64(count("level")), Age: long("age"), Expires: long("expires"), Unusable: opts["unusable"] != "",
		})
	case "volume":
		cfg.Volumes = append(cfg.Volumes, Volume{
			Name: name, Kind: VolumeKind(opts["kind"]), Redundancy: count("redundancy"), Nodes: list("nodes"), Readers: list("readers"),
		})
	case "plugin":
		cfg.Plugins = append(cfg.Plugins, Plugin{Name: name, State: PluginState(opts["state"]), OnNodes: PluginState(strings.ReplaceAll(opts["on_nodes"], "_", " "))})
	case "logservice":
		cfg.LogServices = append(cfg.LogServices, LogService{Priority: Priority(name), Services: list("services"), Databases: list("databases")})
	case "text":
		s.must(cfg.Texts.Set(name, strings.Join(words[2:], " ")))
	case "timing":
		s.must(cfg.Timings.Set(name, model.Fixed(s.duration(words[2]))))
	case "behaviour":
		s.must(cfg.Behaviour.Set(name, words[2]))
	case "fault":
		s.fault(&cfg.Faults, name, words[2], opts, long, count)
	default:
		s.fail("cluster: got %q, want a line of configuration", words)
	}
}

func (s *script) must(err error) {
	if err != nil {
		s.fail("%v", err)
	}
}

func (s *script) node(cfg *Config, name string, opts map[string]string, poweredAt time.Duration) {
	if cfg.Nodes == nil {
		cfg.Nodes = DataNodes(4)
	}
	if cfg.LicenseServers == nil {
		cfg.LicenseServers = []Node{{Name: "n0010"}}
	}
	n := Node{Name: name, Power: Power(opts["power"]), Flag: Flag(opts["flag"]), NoCard: opts["card"] == "no", PoweredAt: poweredAt}
	for _, l := range [][]Node{cfg.LicenseServers, cfg.Nodes} {
		for i := range l {
			if l[i].Name == name {
				l[i] = n
				return
			}
		}
	}
	if name < "n0011" {
		cfg.LicenseServers = append(cfg.LicenseServers, n)
		return
	}
	cfg.Nodes = append(cfg.Nodes, n)
}

func (s *script) fault(f *Faults, unit, kind string, opts map[string]string, long func(string) time.Duration, count func(string) int) {
	text := strings.ReplaceAll(opts["text"], "_", " ")
	switch unit {
	case "storage":
		f.Storage = append(f.Storage, StorageFault{StorageFaultKind(kind), text, count("times"), long("at"), long("for")})
	case "interface":
		f.Interface = append(f.Interface, InterfaceFault{InterfaceFaultKind(kind), long("from"), long("for"), opts["node"]})
	case "password":
		f.Passwords = append(f.Passwords, PasswordFault{kind, long("from"), long("for")})
	case "service":
		f.Services = append(f.Services, ServiceFault{kind, text, long("from"), long("for")})
	case "plugin":
		f.Plugins = append(f.Plugins, PluginFault{Plugin: kind, Node: opts["node"], Command: opts["command"], Text: text, Times: count("times")})
	case "database":
		f.Databases = append(f.Databases, DatabaseFault{
			Database: opts["name"], Kind: DatabaseFaultKind(kind), At: long("at"), For: long("for"), Operation: text, Times: count("times"),
		})
	default:
		f.Nodes = append(f.Nodes, NodeFault{unit, NodeFaultKind(kind), long("late"), long("at"), long("after"), count("times"), Flag(opts["flag"])})
	}
}
