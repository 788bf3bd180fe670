// Package serve shows a simulated world on sockets: XML-RPC over HTTP and
// HTTPS, as EXAoperation speaks it, and the simulated hosts over SSH, for any
// client.
//
//	s, err := serve.Start(ctx, serve.Config{Scenario: scenario})
//	fmt.Println(s.Ready())   // {"ready":true,"systems":[{"name":"demo","http":"http://127.0.0.1:40001/cluster1",…
//	<-s.Done()               // ctx has ended, and all is closed
//
// Virtual time runs with real time, [Config.TimeScale] times as fast. Each
// call goes to the world's state machine under one lock, and what goes wrong
// on the way in the scenario goes wrong on the socket: a lost answer is a closed
// connection, a system that cannot be reached one that is reset.
//
// All hosts share a listener too, where the user name chooses one of them; or
// each has its own (see [SSHConfig]). What happens on them while nobody calls
// happens in its time.
//
// All systems share a listener. A single system keeps the path of its URL,
// /cluster1; of several, each has its name before it: /demo/cluster1.
//
// The codec in this package is the server's own. It knows nothing of the one
// that live runs use, so that each proves the other.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"runbook/simulator"
)

// Config says what is served and how. Its zero value serves nothing: give it
// a World or a Scenario.
type Config struct {
	// What: a world at its beginning, or what one is made of.
	World    *simulator.World
	Scenario *simulator.Scenario
	Systems  []simulator.SystemSpec
	Hosts    []simulator.HostSpec
	State    string    // see simulator.Config
	Seed     uint64    // see simulator.Config
	Start    time.Time // wall clock at the beginning; zero: the scenario's, or now
	NoDelays bool      // every transition takes no time at all, so that a client meets its own delays alone

	// Where: addresses, "127.0.0.1:0" for any free port. A world with systems
	// that speak HTTP has HTTP there if neither is said.
	HTTP, HTTPS string
	SSH         SSHConfig // the hosts; they are not shown if it says no address
	AllowRemote bool      // addresses other than loopback are not refused

	// How.
	TimeScale float64 // virtual seconds in a real one; 1
	Clock     Clock   // another than the real time; TimeScale then means nothing
	User      string  // administrator of every system; "": the scenario's users, or admin
	Password  string  // of User
	Realm     string  // in the challenge of a 401; DefaultRealm
	MaxBody   int64   // longest request in bytes; DefaultMaxBody

	Log      io.Writer              // a JSON line for each call, command and hazard; nil for none
	OnHazard func(simulator.Hazard) // called for each hazard as it is seen, while the world is held: it must not use the Server; nil for none
}

// DefaultRealm is Zope's own. The product's is not known.
const DefaultRealm = "Zope"

// DefaultMaxBody is far above what any call but an upload of software needs.
const DefaultMaxBody = 16 << 20

// What a connection may take.
const (
	headerTime  = 10 * time.Second // to send the headers
	requestTime = time.Minute      // to send a whole request
	replyTime   = 2 * time.Minute  // to take the reply
	idleTime    = 5 * time.Minute  // between requests
	headerBytes = 64 << 10
	closingTime = 2 * time.Second // for calls under way when the server closes
	lookTime    = time.Second     // between looks for hazards while nobody calls
)

// A Server serves until its context ends or it is closed.
type Server struct {
	world   *simulator.World
	sites   []site
	config  Config
	ready   Ready
	cert    []byte // PEM
	clock   Clock
	servers []*http.Server
	ssh     *sshFace      // nil without
	more    chan struct{} // the hosts have more to do; see prompt
	done    chan struct{}
	stop    context.CancelFunc
	running sync.WaitGroup

	access sync.Mutex // held by who uses the world
	seen   []int      // hazards reported, by system
	risen  []int      // hazards reported, by Rhino cluster
	calls  uint64
	over   bool               // the server has ended
	last   []simulator.Hazard // then: what was seen

	commands atomic.Uint64 // that were begun

	lines sync.Mutex // held by who writes to the log
}

// A site is a system and the path under which it is served.
type site struct {
	system *simulator.System
	prefix string // what is before the system's own path
}

// Start listens and serves. The error says what in the configuration does not
// fit, or why an address cannot be had. The server ends with ctx.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s := &Server{config: defaults(cfg), more: make(chan struct{}, 1), done: make(chan struct{})}
	if err := s.setWorld(); err != nil {
		return nil, err
	}
	plain, secure, err := s.listen()
	if err != nil {
		return nil, err
	}
	if s.config.SSH.Address != "" {
		if s.ssh, err = newSSHFace(s); err != nil {
			closeAll(plain, secure)
			return nil, err
		}
		s.ready.SSH = s.ssh.ready()
	}
	if s.clock = s.config.Clock; s.clock == nil {
		s.clock = &scaled{began: time.Now(), origin: s.world.Elapsed(), scale: s.config.TimeScale}
	}
	ctx, s.stop = context.WithCancel(ctx)
	s.serve(plain)
	s.serve(secure)
	if s.ssh != nil {
		s.ssh.start(ctx)
		s.running.Go(func() { s.drive(ctx) })
	}
	s.running.Go(func() { s.look(ctx) })
	go s.end(ctx)
	return s, nil
}

func defaults(cfg Config) Config {
	if cfg.TimeScale == 0 {
		cfg.TimeScale = 1
	}
	if cfg.Realm == "" {
		cfg.Realm = DefaultRealm
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	return cfg
}

// setWorld makes the world, if the configuration brings none, and gives each
// of its systems a path.
func (s *Server) setWorld() error {
	if !(s.config.TimeScale > 0) {
		return fmt.Errorf("time scale: got %v, want a number above 0", s.config.TimeScale)
	}
	s.world = s.config.World
	if s.world == nil {
		start := s.config.Start
		if start.IsZero() && (s.config.Scenario == nil || s.config.Scenario.Start.IsZero()) {
			start = time.Now().UTC().Truncate(time.Second)
		}
		w, err := simulator.NewWorld(simulator.Config{
			Scenario: s.config.Scenario, Systems: s.config.Systems, Hosts: s.config.Hosts, State: s.config.State, Seed: s.config.Seed, Start: start,
			NoDelays: s.config.NoDelays, Login: s.config.User, Password: s.config.Password,
		})
		if err != nil {
			return err
		}
		s.world = w
	}
	systems := s.world.Systems()
	switch {
	case len(systems) > 0:
		if s.config.HTTP == "" && s.config.HTTPS == "" {
			s.config.HTTP = "127.0.0.1:0"
		}
	case len(s.world.Fleet().Machines()) == 0:
		return errors.New("world: got no systems to serve, want at least one")
	case s.config.SSH.Address == "":
		return errors.New("world: got hosts only, which speak SSH, and no address for that")
	case s.config.HTTP != "" || s.config.HTTPS != "":
		return errors.New("world: got an address for HTTP, and hosts only, which speak SSH")
	}
	for _, system := range systems {
		at := site{system: system}
		if len(systems) > 1 {
			at.prefix = "/" + url.PathEscape(system.Name)
		}
		s.sites = append(s.sites, at)
	}
	s.seen, s.risen = make([]int, len(systems)), make([]int, len(s.world.Clusters()))
	s.introduce()
	return nil
}

// end closes everything when ctx has ended.
func (s *Server) end(ctx context.Context) {
	<-ctx.Done()
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
	defer cancel()
	for _, server := range s.servers {
		if err := server.Shutdown(patience); err != nil {
			_ = server.Close()
		}
	}
	if s.ssh != nil {
		s.ssh.close()
	}
	s.running.Wait()
	s.report()
	s.retire()
	close(s.done)
}

// retire keeps what was seen, and ends the world if it is the server's own.
func (s *Server) retire() {
	s.access.Lock()
	defer s.access.Unlock()
	s.over, s.last = true, s.world.Hazards()
	if s.config.World == nil {
		s.world.Close()
	}
}

// look reports hazards that come while nobody calls.
func (s *Server) look(ctx context.Context) {
	ticks := time.NewTicker(lookTime)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			s.access.Lock()
			for i := range s.sites {
				s.watch(i, s.now())
			}
			s.world.Advance(s.now())
			s.watchClusters()
			s.access.Unlock()
		}
	}
}

// Close ends the server, waiting a moment for calls under way.
func (s *Server) Close() {
	s.stop()
	<-s.done
}

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.done }

// Ready says where the server can be reached.
func (s *Server) Ready() Ready { return s.ready }

// Certificate is the server's certificate in PEM, for a client's ca_file; nil
// without HTTPS.
func (s *Server) Certificate() []byte { return s.cert }

// World is the world that is served. While the server runs, use it in Do.
func (s *Server) World() *simulator.World { return s.world }

// Calls is how many XML-RPC calls were made.
func (s *Server) Calls() (n uint64) {
	s.Do(func(*simulator.World) { n = s.calls })
	return n
}

// Commands is how many commands were begun on hosts.
func (s *Server) Commands() uint64 { return s.commands.Load() }

// Hazards lists the unsafe things seen so far.
func (s *Server) Hazards() (all []simulator.Hazard) {
	s.access.Lock()
	defer s.access.Unlock()
	if s.over {
		return s.last
	}
	s.world.Advance(s.now())
	return s.world.Hazards()
}

// Do calls f with the world as it is now, while no call is made.
func (s *Server) Do(f func(w *simulator.World)) {
	s.access.Lock()
	defer s.access.Unlock()
	s.world.Advance(s.now())
	f(s.world)
}

// now is the virtual time.
func (s *Server) now() time.Duration { return s.clock.Now() }

// siteOf finds the system that a path belongs to, and the path as it is to the system.
func (s *Server) siteOf(path string) (int, string) {
	for i, at := range s.sites {
		own, ok := strings.CutPrefix(path, at.prefix)
		if !ok {
			continue
		}
		below, ok := strings.CutPrefix(clean(own), at.system.Base)
		if ok && (below == "" || below[0] == '/') {
			return i, own
		}
	}
	return -1, ""
}

// clean leaves out double slashes before the path of a system.
func clean(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return path
}
