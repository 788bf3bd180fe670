package simulator

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"runbook/simulator/exaoperation"
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
	anybody  bool              // the scenario lists no users: every login counts as admin
	faults   []lurking
	latency  exaoperation.Span
	seed     uint64
	messages uint64 // requests and answers that have travelled
	late     []lateCall
}

// DefaultLatency is how long a request and its answer travel together, unless
// the scenario says otherwise. Chosen: nobody measured the real one.
var DefaultLatency = exaoperation.Span{Min: 4 * time.Millisecond, Max: 12 * time.Millisecond}

// The login that every user counts as if a scenario lists none.
const anyLogin = "admin"

func newSystem(w *World, spec SystemScenario, noDelays bool) (*System, error) {
	u, err := url.Parse(spec.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("system %q: got the URL %q, want one such as \"https://10.0.0.10/cluster1\"", spec.Name, spec.URL)
	}
	s := &System{
		Name: spec.Name, URL: strings.TrimRight(spec.URL, "/"), Base: cleanPath(u.Path),
		anybody: spec.Config.Users == nil, users: map[string]string{},
		latency: spec.Latency, seed: mix(w.seed, hash(spec.Name)),
	}
	if s.latency == (exaoperation.Span{}) {
		s.latency = DefaultLatency
	}
	cfg := spec.Config
	cfg.BasePath, cfg.Start = s.Base, w.start
	if s.anybody {
		cfg.Users = anyUsers(cfg.Faults.Passwords)
	}
	for _, u := range cfg.Users {
		s.users[u.Login] = u.Password
	}
	if noDelays {
		cfg.Timings, s.latency = exaoperation.Instant(), exaoperation.None
	}
	if s.cluster, err = exaoperation.New(cfg, s.seed); err != nil {
		return nil, fmt.Errorf("system %q: %w", spec.Name, err)
	}
	return s, nil
}

// anyUsers are the users of a system whose scenario lists none: admin, and
// those whose password is to be refused.
func anyUsers(faults []exaoperation.PasswordFault) []exaoperation.User {
	users := []exaoperation.User{{Login: anyLogin, Password: anyLogin, Role: exaoperation.RoleMaster}}
	for _, f := range faults {
		if f.User != "" && !slices.ContainsFunc(users, func(u exaoperation.User) bool { return u.Login == f.User }) {
			users = append(users, exaoperation.User{Login: f.User, Password: f.User, Role: exaoperation.RoleMaster})
		}
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
// that has checked the user in its own way or trusts it. A system whose scenario
// lists no users takes every login for its administrator.
func (s *System) Login(user string) (login, password string) {
	if password, ok := s.users[user]; ok {
		return user, password
	}
	if s.anybody {
		return anyLogin, s.users[anyLogin]
	}
	return user, ""
}

// travel draws how long a request and its answer are under way.
func (s *System) travel() (out, back time.Duration) {
	s.messages++
	whole := between(s.latency, mix(s.seed, s.messages))
	return whole / 2, whole - whole/2
}

// Meet says what goes wrong between the client and the system with a call that
// arrives now. It counts the call: it must be asked once for each.
func (s *System) Meet(now time.Duration, urlPath, method string) Trouble {
	s.settle(now)
	if len(s.faults) == 0 {
		return Trouble{}
	}
	object, name := s.locate(urlPath, method)
	return s.meet(now, object, name)
}

// Call lets the call take effect now.
func (s *System) Call(now time.Duration, call exaoperation.Call) exaoperation.Answer {
	return s.at(now).Call(now, call)
}

// HazardsAt lists what the system saw up to now.
func (s *System) HazardsAt(now time.Duration) []exaoperation.Hazard { return s.at(now).Hazards() }

// DescribeAt is the system's whole state now, as canonical text.
func (s *System) DescribeAt(now time.Duration) string { return s.at(now).Describe() }

// NextEvent is the time of the next thing that will happen by itself, if any will.
func (s *System) NextEvent(now time.Duration) (time.Duration, bool) { return s.at(now).Next(now) }

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
			t := s.meet(c.at, object, name)
			if t.Effect.prevents() {
				continue
			}
			if t.Before > 0 {
				s.later(lateCall{c.at + t.Before, c.call, true, c.done})
				continue
			}
		}
		s.cluster.Call(c.at, c.call)
		if c.done != nil {
			*c.done = true
		}
	}
}
