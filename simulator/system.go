package simulator

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator/exaoperation"
	"runbook/simulator/model"
)

// A System is one simulated cluster and the way to it. Its methods take the
// time, so that who serves it may have a clock of his own; it is for one
// goroutine at a time.
type System struct {
	Name string
	URL  string // of its cluster object, without a slash at the end
	Base string // the path of URL

	cluster  *exaoperation.Cluster
	users    map[string]string // passwords by login
	anybody  string            // who every other login counts as; "" if the scenario lists users
	faults   []lurking
	latency  model.Span
	seed     uint64
	messages uint64 // requests and answers that have travelled
	late     []lateCall
}

// DefaultLatency is how long a request and its answer travel together, unless
// the scenario says otherwise. Chosen: nobody measured the real one.
var DefaultLatency = model.Span{Min: 4 * time.Millisecond, Max: 12 * time.Millisecond}

// anyLogin is the administrator of a system whose scenario lists no users, and
// his password.
const anyLogin = "admin"

func newSystem(w *World, spec SystemScenario, world Config) (*System, error) {
	u, err := url.Parse(spec.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("system %q: got the URL %q, want one such as \"https://10.0.0.10/cluster1\"", spec.Name, spec.URL)
	}
	s := &System{
		Name: spec.Name, URL: strings.TrimRight(spec.URL, "/"), Base: cleanPath(u.Path),
		users:   map[string]string{},
		latency: spec.Latency, seed: mix(w.seed, model.Hash(spec.Name)),
	}
	if s.latency == (model.Span{}) {
		s.latency = DefaultLatency
	}
	cfg := spec.configIn(w.start, world)
	for _, u := range cfg.Users {
		s.users[u.Login] = u.Password
		if spec.Config.Users == nil {
			s.anybody = u.Login
		}
	}
	if world.NoDelays {
		s.latency = model.None
	}
	if s.cluster, err = exaoperation.New(cfg, s.seed); err != nil {
		return nil, fmt.Errorf("system %q: %w", spec.Name, err)
	}
	return s, nil
}

// configIn is the system's configuration in a world.
func (spec SystemScenario) configIn(start time.Time, world Config) exaoperation.Config {
	cfg := spec.Config
	cfg.Start, cfg.Users = start, usersOf(cfg, world)
	if u, err := url.Parse(spec.URL); err == nil {
		cfg.BasePath = cleanPath(u.Path)
	}
	if world.NoDelays {
		cfg.Timings = exaoperation.Instant()
	}
	return cfg
}

// usersOf are the users that a scenario lists, and the world's own login. If it
// lists none they are an administrator and those whose password is to be refused.
func usersOf(cfg exaoperation.Config, world Config) []exaoperation.User {
	users := slices.Clone(cfg.Users)
	add := func(login, password string) {
		users = slices.DeleteFunc(users, func(u exaoperation.User) bool { return u.Login == login })
		users = append(users, exaoperation.User{Login: login, Password: password, Role: exaoperation.RoleMaster})
	}
	if cfg.Users == nil {
		for _, f := range cfg.Faults.Passwords {
			if f.User != "" {
				add(f.User, anyLogin)
			}
		}
	}
	switch {
	case world.Login != "":
		add(world.Login, world.Password)
	case cfg.Users == nil:
		add(anyLogin, anyLogin)
	}
	return users
}

func cleanPath(p string) string {
	if p = path.Clean("/" + p); p == "/" {
		return ""
	}
	return p
}

// Login gives the password that the system takes from a user, for a caller
// that trusts him. A system whose scenario lists no users takes every login
// for its administrator.
func (s *System) Login(user string) (login, password string) {
	if password, ok := s.users[user]; ok {
		return user, password
	}
	if s.anybody != "" {
		return s.anybody, s.users[s.anybody]
	}
	return user, ""
}

// Administrator is who every login counts as; "" if the scenario lists users.
func (s *System) Administrator() string { return s.anybody }

// travel draws how long a request and its answer are under way.
func (s *System) travel() (out, back time.Duration) {
	s.messages++
	whole := between(s.latency, mix(s.seed, s.messages))
	return whole / 2, whole - whole/2
}

// Meet says what goes wrong between the client and the system with a call that
// arrives now. It counts the call: it must be asked once for each.
func (s *System) Meet(now time.Duration, urlPath, method string) Trouble {
	return s.meetEffect(now, urlPath, method, effect.ID{})
}

// meetEffect is Meet for a call that is a request of an effect.
func (s *System) meetEffect(now time.Duration, urlPath, method string, id effect.ID) Trouble {
	s.settle(now)
	if len(s.faults) == 0 {
		return Trouble{}
	}
	object, name := s.locate(urlPath, method)
	return s.meet(now, object, name, id)
}

// Call lets the call take effect now.
func (s *System) Call(now time.Duration, call exaoperation.Call) exaoperation.Answer {
	return s.at(now).Call(now, call)
}

// HazardsAt lists what the system saw up to now.
func (s *System) HazardsAt(now time.Duration) []model.Hazard { return s.at(now).Hazards() }

// DescribeAt is the system's whole state now, as canonical text.
func (s *System) DescribeAt(now time.Duration) string { return s.at(now).Describe() }

var _ member = (*System)(nil)

func (s *System) name() string { return s.Name }

func (s *System) hazards(now time.Duration) []Hazard {
	var all []Hazard
	for _, h := range s.HazardsAt(now) {
		all = append(all, Hazard{s.Name, h})
	}
	return all
}

func (s *System) describe(now time.Duration) string { return s.DescribeAt(now) }

func (s *System) describeShort(now time.Duration) []string { return s.at(now).DescribeShort() }

// at is the cluster when all is done that was to be done up to now.
func (s *System) at(now time.Duration) *exaoperation.Cluster {
	s.settle(now)
	s.cluster.Advance(now)
	return s.cluster
}

// A lateCall is a call whose client has given up while it was under way.
type lateCall struct {
	at      time.Duration
	call    exaoperation.Call
	arrived bool  // what goes wrong with it has been looked up
	done    *bool // to be set when it takes effect; nil if nobody asks
	id      effect.ID
	took    func() // to be called when it takes effect
}

// later lets a call take effect when its time has come, whoever waits for it.
func (s *System) later(c lateCall) {
	i, _ := slices.BinarySearchFunc(s.late, c, func(e, c lateCall) int { return cmp.Or(cmp.Compare(e.at, c.at), -1) })
	s.late = slices.Insert(s.late, i, c)
}

// settle makes the late calls whose time has come.
func (s *System) settle(now time.Duration) {
	for len(s.late) > 0 && s.late[0].at <= now {
		c := s.late[0]
		s.late = s.late[1:]
		if !c.arrived {
			object, name := s.locate(c.call.Path, c.call.Method)
			t := s.meet(c.at, object, name, c.id)
			if t.Effect.Prevents() {
				continue
			}
			if t.Before > 0 {
				s.later(lateCall{c.at + t.Before, c.call, true, c.done, c.id, c.took})
				continue
			}
		}
		answer := s.cluster.Call(c.at, c.call)
		if c.done != nil {
			*c.done = true
			if worked(answer) {
				c.took()
			}
		}
	}
}
