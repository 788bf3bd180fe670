package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/live/xmlrpc"
	"runbook/simulator"
	"runbook/simulator/model"
	"runbook/simulator/serve"
)

// A frozen clock is the time of a served world: it goes on only when told to,
// and when a call is held back.
type frozen struct {
	mu   sync.Mutex
	now  time.Duration
	hold chan struct{} // calls are held back until it is closed; nil for not at all
}

func (c *frozen) Now() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *frozen) Sleep(d time.Duration) {
	if c.hold != nil {
		<-c.hold
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += d
}

func (c *frozen) set(now time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// twins are one world twice: asked directly, and behind a socket.
type twins struct {
	t      failer
	direct *simulator.World
	served *serve.Server
	clock  *frozen
	client *xmlrpc.Client
	base   [2]string // of the cluster object, direct and served
	option effect.Struct
	faulty bool // something goes wrong between them
	peers  map[string]*effect.Peer
}

// A failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// agreeUsers are who may log in to the twins.
const agreeUsers = `users = [
	simulate.user("ops", password = "p4ss-ops", role = "Master"),
	simulate.user("guest", password = "p4ss: <&ü", role = "User"),
]`

// agreePasswords are what the environment variables of the peers' secrets hold.
var agreePasswords = map[string]string{"OPS": "p4ss-ops", "GUEST": "p4ss: <&ü", "ARGUMENT": effect.Secret{}.String()}

// newTwins makes two worlds of a scenario: a system demo, described by the
// arguments of its builtin, and faults.
func newTwins(t failer, ctx context.Context, scheme string, seed uint64, system string, faults ...string) *twins {
	t.Helper()
	source := fmt.Sprintf("systems = [simulate.exaoperation(\"demo\", %s, %s)]\nfaults = [%s]\n", agreeUsers, system, strings.Join(faults, ", "))
	config := simulator.Config{
		Systems: []simulator.SystemSpec{{Name: "demo", URL: "http://demo.example/cluster1"}},
		Seed:    seed, Start: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	var worlds [2]*simulator.World
	for i := range worlds {
		scenario, err := simulator.LoadScenario("agree.star", []byte(source))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		scenario.Systems[0].Latency = model.None
		config.Scenario = scenario
		if worlds[i], err = simulator.NewWorld(config); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
	}
	w := &twins{t: t, direct: worlds[0], clock: &frozen{}, base: [2]string{config.Systems[0].URL}, peers: map[string]*effect.Peer{}}
	w.faulty = len(faults) > 0
	serving := serve.Config{World: worlds[1], Clock: w.clock, HTTP: "127.0.0.1:0"}
	if scheme == "https" {
		serving.HTTP, serving.HTTPS = "", "127.0.0.1:0"
	}
	var err error
	if w.served, err = serve.Start(ctx, serving); err != nil {
		t.Fatalf("%v", err)
	}
	ready := w.served.Ready()
	w.base[1] = ready.Systems[0].HTTP
	if scheme == "https" {
		w.base[1] = ready.Systems[0].HTTPS
		w.option = effect.Struct{{Name: "fingerprint", Value: ready.Fingerprint}}
	}
	w.client = xmlrpc.New(xmlrpc.Options{Resolve: func(_ context.Context, s effect.Secret) (string, error) { return agreePasswords[s.Env], nil }})
	return w
}

func (w *twins) close() {
	w.client.Close()
	w.served.Close()
}

// A question is one call of either twin.
type question struct {
	after  time.Duration // how long after the call before
	object string        // below the cluster object, as it stands in a URL
	method string
	args   []effect.Value
	class  effect.Class
	peer   effect.Peer   // User and Secret
	limit  time.Duration // longest life; 0 for the default
}

func (q question) String() string {
	r := effect.Request{Target: q.object, Operation: q.method, Args: q.args}
	return fmt.Sprintf("%v later, %v as %q: %s", q.after, q.class, q.peer.User, r.Describe())
}

// request makes a request of a question to one of the twins.
func (w *twins) request(q question, twin int) effect.Request {
	base, key := w.base[twin], fmt.Sprint(twin, q.peer.User, q.peer.Secret.Env, q.peer.Secret.File, q.peer.Secret.Command)
	peer := w.peers[key]
	if peer == nil {
		peer = &effect.Peer{Address: base, User: q.peer.User, Secret: q.peer.Secret}
		if twin == 1 {
			peer.Options = w.option
		}
		w.peers[key] = peer
	}
	return effect.Request{
		Kind: effect.KindXMLRPC, Target: base + q.object, Operation: q.method, Args: q.args, Class: q.class, Peer: peer, Timeout: q.limit,
	}
}

// ask puts a question to both and compares what they answer.
func (w *twins) ask(ctx context.Context, q question) effect.Result {
	w.t.Helper()
	w.direct.Advance(w.direct.Elapsed() + q.after)
	w.clock.set(w.direct.Elapsed())
	if q.class == effect.Read && (w.faulty || !looks(q.method)) {
		w.client.Close() // a read that meets a dead connection is sent again, which a fault would count
	}
	want, err := w.direct.Perform(ctx, w.request(q, 0))
	if err != nil {
		w.t.Fatalf("%v: direct: %v", q, err)
	}
	got, err := w.client.Perform(ctx, w.request(q, 1))
	if err != nil {
		w.t.Fatalf("%v: served: %v", q, err)
	}
	if diff := differ(want, got); diff != "" {
		w.t.Fatalf("%v: direct -, served +:\n%s", q, diff)
	}
	if now := w.clock.Now(); now != w.direct.Elapsed() && q.limit == 0 {
		w.t.Fatalf("%v: it is %v in the served world, want %v", q, now, w.direct.Elapsed())
	}
	return want
}

// looks reports whether a method of this name changes nothing.
func looks(method string) bool {
	name := method[strings.LastIndexByte(method, '.')+1:]
	return strings.HasPrefix(name, "get") || strings.HasPrefix(name, "list")
}

// differ compares results. Where nobody listens, a socket that was accepted is
// reset, which a client cannot tell from a lost answer; this is the one thing
// in which the two differ.
func differ(want, got effect.Result) string {
	if e := want.Err; e != nil && e.Kind == effect.Unreachable && !e.Doubt && !e.Transient {
		reset := *e
		reset.Message, reset.Hint, reset.Doubt = "the connection was closed before the reply", "", true
		want.Err = &reset
	}
	var errs [2]effect.Error
	for i, r := range []effect.Result{want, got} {
		if r.Err != nil {
			errs[i] = *r.Err
			errs[i].Target = ""
		}
	}
	if diff := cmp.Diff(errs[0], errs[1]); diff != "" || (want.Err == nil) != (got.Err == nil) {
		return diff + fmt.Sprintf("direct: %s\nserved: %s", want.Describe(), got.Describe())
	}
	if !effect.Equal(want.Value, got.Value) {
		return fmt.Sprintf("direct: %s\nserved: %s", effect.DescribeWhole(want.Value), effect.DescribeWhole(got.Value))
	}
	return ""
}

// compareWorlds compares what became of both.
func (w *twins) compareWorlds() {
	w.t.Helper()
	var state string
	var hazards []simulator.Hazard
	w.clock.set(w.direct.Elapsed())
	w.served.Do(func(served *simulator.World) { state, hazards = served.Describe(), served.Hazards() })
	if diff := cmp.Diff(w.direct.Describe(), state); diff != "" {
		w.t.Fatalf("the worlds are not in the same state: direct -, served +:\n%s", diff)
	}
	if diff := cmp.Diff(w.direct.Hazards(), hazards); diff != "" {
		w.t.Fatalf("the worlds saw different hazards: direct -, served +:\n%s", diff)
	}
}

// TestAgree asks a world directly and its twin through a socket, over HTTP and
// HTTPS, all it may be asked and more, and holds that both answer the same and
// become the same.
func TestAgree(t *testing.T) {
	t.Parallel()
	words := agreeVocabulary(t)
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				system := fmt.Sprintf("state = %q, plugins = [\"Monitoring.Example-1.0\"]", rapid.SampledFrom(agreeStates).Draw(rt, "state"))
				var faults []string
				if rapid.Bool().Draw(rt, "faulty") {
					faults = rapid.SliceOfN(drawFault(), 1, 4).Draw(rt, "faults")
				}
				w := newTwins(rt, t.Context(), scheme, rapid.Uint64().Draw(rt, "seed"), system, faults...)
				defer w.close()
				for _, q := range rapid.SliceOfN(words.question(), 10, 40).Draw(rt, "questions") {
					w.ask(t.Context(), q)
				}
				w.compareWorlds()
			})
		})
	}
}

// agreeStates are how the twins begin.
var agreeStates = []string{"stopped", "running", "cold"}

// TestAgreeOnEverything calls every method of every object, without arguments
// and with some, in every state.
func TestAgreeOnEverything(t *testing.T) {
	t.Parallel()
	words := agreeVocabulary(t)
	for _, state := range agreeStates {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, t.Context(), "http", 1, fmt.Sprintf("state = %q, plugins = [\"Monitoring.Example-1.0\"]", state))
			defer w.close()
			values := 0
			for _, object := range words.objects {
				for i, method := range words.methods[object] {
					q := question{object: object, method: method, peer: agreePeers[0], class: effect.Change, after: time.Second}
					for count := range 3 {
						if w.ask(t.Context(), q).Err == nil {
							values++
						}
						q.args = append(q.args, agreeNames[(i+count)%len(agreeNames)])
					}
				}
			}
			for _, q := range goodQuestions {
				q.peer, q.after = agreePeers[0], 20*time.Minute
				w.ask(t.Context(), q)
			}
			w.compareWorlds()
			if values < 100 {
				t.Errorf("got %d values, want most calls without faults", values)
			}
		})
	}
}
