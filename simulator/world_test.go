package simulator

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
)

const demoURL = "https://10.0.0.10/cluster1"

var demoPeer = &effect.Peer{Address: demoURL, User: "ops", Secret: effect.Secret{Env: "EXA_PASSWORD"}}

// world makes a world of a scenario, for tests of it.
func world(t testing.TB, src string) *World {
	t.Helper()
	s, err := LoadScenario("demo.star", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWorld(Config{Scenario: s, Systems: []SystemSpec{{Name: "demo", URL: demoURL}}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A client calls methods of a system, and writes down all that it sees.
type client struct {
	world *World
	next  int
	seen  []string
}

func (c *client) perform(ctx context.Context, class effect.Class, object, method string, args ...effect.Value) (effect.Result, error) {
	c.next++
	r := effect.Request{
		ID: effect.ID{Number: c.next}, Kind: effect.KindXMLRPC, Target: demoURL + object, Operation: method, Args: args,
		Class: class, Peer: demoPeer,
	}
	begun := c.world.Elapsed()
	res, err := c.world.Perform(ctx, r)
	line := fmt.Sprintf("%v-%v %s: %s", begun, c.world.Elapsed(), r.Describe(), res.Describe())
	if err != nil {
		line += " error " + err.Error()
	}
	c.seen = append(c.seen, line)
	return res, err
}

func (c *client) read(ctx context.Context, object, method string, args ...effect.Value) effect.Value {
	res, err := c.perform(ctx, effect.Read, object, method, args...)
	if err != nil || res.Err != nil {
		return nil
	}
	return res.Value
}

func (c *client) change(ctx context.Context, object, method string, args ...effect.Value) *effect.Error {
	res, _ := c.perform(ctx, effect.Change, object, method, args...)
	return res.Err
}

func (c *client) wait(ctx context.Context, d time.Duration) {
	_, _ = c.world.Perform(ctx, effect.Request{Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(d), ""}})
}

// until looks every so often until it sees what it wants, up to an hour.
func (c *client) until(ctx context.Context, every time.Duration, want func() bool) bool {
	for range int(time.Hour / every) {
		if want() {
			return true
		}
		c.wait(ctx, every)
	}
	return false
}

func allOK(v effect.Value) bool {
	services, _ := v.([]effect.Value)
	return len(services) > 0 && !slices.ContainsFunc(services, func(s effect.Value) bool { return s.([]effect.Value)[1] != "OK" })
}

// startup starts the whole cluster, its nodes side by side.
func (c *client) startup(ctx context.Context, every time.Duration) error {
	nodes, _ := c.read(ctx, "", "getNodeList").([]effect.Value)
	failed := make([]bool, len(nodes))
	c.world.Run(ctx, len(nodes), 0, func(ctx context.Context, i int) {
		_ = c.change(ctx, "", "startupNode", nodes[i])
		failed[i] = !c.until(ctx, every, func() bool {
			state, _ := c.read(ctx, "", "getNodeState", nodes[i]).(effect.Struct)
			status, _ := state.Get("status")
			return status == "Running"
		})
	})
	if slices.Contains(failed, true) {
		return fmt.Errorf("nodes: got failed %v", failed)
	}
	if e := c.change(ctx, "/storage", "startEXAStorage"); e != nil {
		return e
	}
	if !c.until(ctx, every, func() bool { return allOK(c.read(ctx, "", "getServiceState")) }) {
		return errors.New("the services are not up")
	}
	databases, _ := c.read(ctx, "", "getDatabaseList").([]effect.Value)
	for _, db := range databases {
		object := "/db_" + db.(string)
		if e := c.change(ctx, object, "startDatabase"); e != nil {
			return e
		}
		if !c.until(ctx, every, func() bool { return c.read(ctx, object, "getDatabaseConnectionState") == "Yes" }) {
			return fmt.Errorf("%s is not connectible", object)
		}
	}
	return nil
}

func TestStartOfACluster(t *testing.T) {
	t.Parallel()
	w := world(t, "")
	c := &client{world: w}
	if err := w.Main(t.Context(), func(ctx context.Context) error { return c.startup(ctx, 2*time.Second) }); err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(c.seen, "\n"))
	}
	if w.Elapsed() < 15*time.Minute || w.Elapsed() > 35*time.Minute || !w.Now().Equal(DefaultStart.Add(w.Elapsed())) {
		t.Errorf("it took %v and is %v", w.Elapsed(), w.Now())
	}
	if h := w.Hazards(); len(h) != 0 {
		t.Errorf("got the hazards %v", h)
	}
	turns := []Turn{{"demo", "boot", "n0011"}, {"demo", "boot", "n0012"}, {"demo", "boot", "n0013"}, {"demo", "boot", "n0014"}, {"demo", "storage start", ""}, {"demo", "database start", "exa_db1"}}
	if diff := cmp.Diff(turns, w.Turns()); diff != "" {
		t.Error(diff)
	}
	if lines := strings.Join(w.DescribeShort(), "\n"); !strings.HasPrefix(lines, "demo\n  ") || !strings.Contains(w.Describe(), "exa_db1") {
		t.Errorf("got the state %s", lines)
	}
}

// transcript is all that a client sees of a start, and the end of it.
func transcript(w *World) string {
	c := &client{world: w}
	err := w.Main(context.Background(), func(ctx context.Context) error { return c.startup(ctx, 20*time.Second) })
	return fmt.Sprintf("%s\n%v\n%s%v", strings.Join(c.seen, "\n"), err, w.Describe(), w.Hazards())
}

// Not parallel: it changes GOMAXPROCS.
func TestSameSeedSameBytes(t *testing.T) {
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	transcripts := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		faults := rapid.SliceOfN(rapid.SampledFrom([]string{
			`fault.slow(by = "40s", probability = 0.05)`, `fault.lost_after(method = "startupNode", probability = 0.5)`,
			`fault.gateway(probability = 0.2)`, `fault.node_boots_late("demo", "n0012", by = "10m")`,
			`fault.node_falls_over("demo", "n0013", after_boot = "30s", times = 1)`, `fault.storage_hangs("demo", times = 1)`,
			`fault.exaoperation_unreachable("demo", at = "5m", lasts = "2m")`, `fault.lost_before(nth = 3)`,
		}), 0, 3).Draw(t, "faults")
		src := fmt.Sprintf("faults = [%s]\nseed = %d", strings.Join(faults, ", "), rapid.Uint64Range(1, 1<<40).Draw(t, "seed"))
		s, err := LoadScenario("demo.star", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		first := ""
		for _, procs := range []int{1, 2, 2} {
			runtime.GOMAXPROCS(procs)
			w, err := NewWorld(Config{Scenario: s, Systems: []SystemSpec{{Name: "demo", URL: demoURL}}})
			if err != nil {
				t.Fatal(err)
			}
			got := transcript(w)
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("GOMAXPROCS %d: another transcript:\n%s", procs, cmp.Diff(first, got))
			}
		}
		transcripts[first] = true
	})
	if len(transcripts) < 10 {
		t.Errorf("%d different transcripts for a hundred scenarios and seeds", len(transcripts))
	}
}

// powered is whether a node has been switched on.
func powered(w *World) bool {
	return !strings.Contains(w.Describe(), "n0011..n0014 off")
}

func TestFaultsOnTheWay(t *testing.T) {
	t.Parallel()
	code := int64(-7)
	for _, c := range []struct {
		fault string
		want  *effect.Error // without what all have; nil if the call goes well
		took  bool
		after time.Duration // at least
	}{
		{`fault.lost_before(method = "startupNode")`, &effect.Error{Kind: effect.Unreachable, Message: "the connection was closed before the reply", Doubt: true}, false, 0},
		{`fault.lost_after(method = "startupNode")`, &effect.Error{Kind: effect.Unreachable, Message: "the connection was closed before the reply", Doubt: true}, true, 0},
		{`fault.refused()`, &effect.Error{Kind: effect.Unreachable, Message: "connection refused", Hint: "is it up? nothing listens on that port"}, false, 0},
		{`fault.unauthorized(object = "/")`, &effect.Error{Kind: effect.Unauthorized, Message: "status 401 Unauthorized", Hint: `check user "ops" and the password, which is from environment variable EXA_PASSWORD`}, false, 0},
		{`fault.wrong_password("demo")`, &effect.Error{Kind: effect.Unauthorized, Message: "status 401 Unauthorized", Hint: `check user "ops" and the password, which is from environment variable EXA_PASSWORD`}, false, 0},
		{`fault.gateway()`, &effect.Error{Kind: effect.Unreachable, Message: "status 501 Gateway error", Transient: true, Doubt: true, Hint: "the server behind the gateway does not answer; it may be moving or starting"}, false, 0},
		{`fault.exaoperation_unreachable("demo", how = "gateway")`, &effect.Error{Kind: effect.Unreachable, Message: "status 501 Gateway error", Transient: true, Doubt: true, Hint: "the server behind the gateway does not answer; it may be moving or starting"}, false, 0},
		{`fault.exaoperation_unreachable("demo")`, &effect.Error{Kind: effect.Unreachable, Message: "connection refused", Hint: "is it up? nothing listens on that port"}, false, 0},
		{`fault.reply(text = "no", code = -7)`, &effect.Error{Kind: effect.Fault, Message: "no", Code: &code}, false, 0},
		{`fault.answer("no such thing")`, nil, true, 0},
		{`fault.slow(by = "5s"), fault.slow(by = "6s")`, nil, true, 11 * time.Second},
		{`fault.slow(by = "5s", takes_effect = "after")`, nil, true, 5 * time.Second},
		{`fault.slow(by = "10m")`, &effect.Error{Kind: effect.Timeout, Message: "no reply within 30s", Doubt: true}, true, 30 * time.Second},
		{`fault.slow(by = "10m", takes_effect = "after")`, &effect.Error{Kind: effect.Timeout, Message: "no reply within 30s", Doubt: true}, false, 30 * time.Second},
		{`fault.slow(by = "1s"), fault.lost_before()`, &effect.Error{Kind: effect.Unreachable, Message: "the connection was closed before the reply", Doubt: true}, false, time.Second},
		{`fault.lost_before(object = "storage"), fault.lost_before(method = "shutdownNode"), fault.lost_before(at = "1s"), fault.lost_before(nth = 2)`, nil, true, 0},
		{`fault.lost_before(lasts = "1ms"), fault.lost_before(probability = 0.0000001)`, nil, true, 0},
		{`fault.refused(times = 1), fault.lost_before()`, &effect.Error{Kind: effect.Unreachable, Message: "connection refused", Hint: "is it up? nothing listens on that port"}, false, 0},
	} {
		w := world(t, "faults = ["+c.fault+"]")
		client := client{world: w}
		got := client.change(t.Context(), "", "startupNode", "n0011")
		if c.want != nil {
			c.want.Target, c.want.Operation, c.want.ID = demoURL, "startupNode", effect.ID{Number: 1}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.fault, diff)
		}
		if powered(w) != c.took {
			t.Errorf("%s: the call took effect: %v, want %v\n%s", c.fault, powered(w), c.took, w.Describe())
		}
		if w.Elapsed() < c.after || w.Elapsed() > c.after+time.Second {
			t.Errorf("%s: the answer came after %v, want %v and a little", c.fault, w.Elapsed(), c.after)
		}
	}
}

// Another answer is given where there is one, and what was asked took effect.
func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	w := world(t, `faults = [fault.answer(["n0013"], method = "getNodeList", nth = 2), fault.answer("OK", object = "/db_none")]`)
	c := client{world: w}
	for _, want := range []string{`["n0011", "n0012", "n0013", "n0014"]`, `["n0013"]`, `["n0011", "n0012", "n0013", "n0014"]`} {
		if res, _ := c.perform(t.Context(), effect.Read, "", "getNodeList"); res.Describe() != want {
			t.Errorf("got %s, want %s", res.Describe(), want)
		}
	}
	if res, _ := c.perform(t.Context(), effect.Read, "/db_none", "getDatabaseState"); res.Err == nil || res.Err.Kind != effect.Fault {
		t.Errorf("got %s of a database that is not there, want its fault", res.Describe())
	}
}

func TestFaultsCountCalls(t *testing.T) {
	t.Parallel()
	w := world(t, `faults = [fault.lost_before(method = "getNodeList", nth = 2), fault.gateway(object = "/storage", times = 2)]`)
	c := client{world: w}
	kinds := func(object, method string, n int) (got []string) {
		for range n {
			res, _ := c.perform(t.Context(), effect.Read, object, method)
			if res.Err == nil {
				got = append(got, "ok")
				continue
			}
			got = append(got, res.Err.Message)
		}
		return got
	}
	if diff := cmp.Diff([]string{"ok", "the connection was closed before the reply", "ok"}, kinds("", "getNodeList", 3)); diff != "" {
		t.Error(diff)
	}
	// Both ways to an object are the same object to a fault.
	got := append(kinds("/storage/", "serviceIsOnline", 1), kinds("", "storage.serviceIsOnline", 2)...)
	if diff := cmp.Diff([]string{"status 501 Gateway error", "status 501 Gateway error", "ok"}, got); diff != "" {
		t.Error(diff)
	}
}

// A request that its client no longer waits for arrives all the same.
func TestGivenUpRequestsArrive(t *testing.T) {
	t.Parallel()
	w := world(t, `faults = [fault.slow(by = "2m", takes_effect = "after", method = "startupNode")]`)
	c := client{world: w}
	if e := c.change(t.Context(), "", "startupNode", "n0011"); e == nil || e.Kind != effect.Timeout {
		t.Fatalf("got %v, want a timeout", e)
	}
	for _, want := range []bool{false, true} {
		if powered(w) != want {
			t.Errorf("after %v the node is on: %v, want %v", w.Elapsed(), !want, want)
		}
		c.wait(t.Context(), 2*time.Minute)
	}
}

func TestCancelledRequestsArrive(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{effect.ErrCancelled, effect.ErrStopped} {
		w := world(t, "")
		c := client{world: w}
		ctx, cancel := context.WithCancelCause(t.Context())
		var res effect.Result
		var err error
		w.Run(ctx, 2, 0, func(ctx context.Context, item int) {
			if item == 0 {
				c.wait(ctx, time.Millisecond) // the request is under way by then, and takes longer
				cancel(cause)
				return
			}
			res, err = c.perform(ctx, effect.Change, "", "startupNode", "n0011")
		})
		if powered(w) || w.Elapsed() != time.Millisecond {
			t.Errorf("it is %v, and the node is on: %v", w.Elapsed(), powered(w))
		}
		switch cause {
		case effect.ErrCancelled:
			if err != nil || res.Err == nil || res.Err.Kind != effect.Cancelled || !res.Err.Doubt {
				t.Errorf("%v: got %v, %v, want an outcome in doubt", cause, res.Err, err)
			}
		default:
			if err != cause {
				t.Errorf("%v: got %v, %v, want the cause", cause, res.Err, err)
			}
		}
		res, err = c.perform(ctx, effect.Change, "", "startupNode", "n0012")
		if cause == effect.ErrCancelled && (err != nil || res.Err.Kind != effect.Cancelled || res.Err.Doubt) {
			t.Errorf("after: got %v, %v, want cancelled, not in doubt", res.Err, err)
		}
		w.Advance(time.Second)
		if !powered(w) {
			t.Errorf("%v: the request did not arrive", cause)
		}
	}
}

func TestUnknownSystemsAndKinds(t *testing.T) {
	t.Parallel()
	w := world(t, "")
	for _, c := range []struct{ target, want string }{
		{"https://10.0.0.11/cluster1", "no such system in the simulated world, which has demo (https://10.0.0.10/cluster1)"},
		{"https://10.0.0.10/cluster2", "no such system"},
		{"https://10.0.0.10/cluster11", "no such system"},
		{"https://10.0.0.10:444/cluster1", "no such system"},
		{"http://10.0.0.10/cluster1", ""},
		{"https://10.0.0.10:443//cluster1/", ""},
	} {
		res, err := w.Perform(t.Context(), effect.Request{Kind: effect.KindXMLRPC, Target: c.target, Operation: "getNodeList", Peer: demoPeer})
		if err != nil || (res.Err == nil) != (c.want == "") || res.Err != nil && (!strings.Contains(res.Err.Message, c.want) || res.Err.Kind != effect.Unreachable || res.Err.Hint == "") {
			t.Errorf("%s: got %+v, %v", c.target, res.Err, err)
		}
	}
	for _, target := range []string{":", "https://", "ftp://10.0.0.10/cluster1"} {
		res, err := w.Perform(t.Context(), effect.Request{Kind: effect.KindXMLRPC, Target: target, Operation: "getNodeList", Peer: demoPeer})
		if err != nil || res.Err == nil || res.Err.Kind != effect.Refused || !strings.HasPrefix(res.Err.Message, "target: got no URL") {
			t.Errorf("%s: got %+v, %v", target, res.Err, err)
		}
	}
	res, err := w.Perform(t.Context(), effect.Request{Kind: "carrier pigeon", Operation: "fly"})
	if err != nil || res.Err.Kind != effect.Refused || !strings.Contains(res.Err.Message, `nothing of kind "carrier pigeon"`) {
		t.Errorf("got %v, %v", res.Err, err)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	listed := world(t, `systems = [simulate.exaoperation("demo", users = [simulate.user("ops", role = "Supervisor")])]`)
	open := world(t, `faults = [fault.wrong_password("demo", user = "ops", at = "1h")]`)
	for _, c := range []struct {
		world    *World
		user     string
		password string // environment variable that is said to hold it
		change   bool
		want     string // of the error
	}{
		{listed, "ops", "PASSWORD", false, ""},
		{listed, "admin", "PASSWORD", false, "status 401 Unauthorized"},
		{listed, "", "", false, "status 401 Unauthorized"},
		{open, "ops", "PASSWORD", true, ""},
		{open, "ops", "", true, "status 401 Unauthorized"},
		{open, "whoever", "PASSWORD", true, ""},
		{open, "", "", true, "status 401 Unauthorized"},
	} {
		class, method := effect.Read, "getNodeList"
		var args []effect.Value
		if c.change {
			class, method, args = effect.Change, "startupNode", []effect.Value{"n0011"}
		}
		res, err := c.world.Perform(t.Context(), effect.Request{
			Kind: effect.KindXMLRPC, Target: demoURL, Operation: method, Args: args, Class: class,
			Peer: &effect.Peer{Address: demoURL, User: c.user, Secret: effect.Secret{Env: c.password}},
		})
		if err != nil || (res.Err == nil) != (c.want == "") || res.Err != nil && res.Err.Message != c.want {
			t.Errorf("user %q: got %v, %v, want %q", c.user, res.Err, err, c.want)
		}
	}
	open.Advance(time.Hour)
	c := client{world: open}
	if e := c.change(t.Context(), "", "startupNode", "n0012"); e == nil || e.Kind != effect.Unauthorized {
		t.Errorf("got %v after an hour, want unauthorized", e)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	w := world(t, `start = "2024-05-01 10:00:00"`)
	wait := effect.Request{Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(time.Minute), "boot"}}
	if res, err := w.Perform(t.Context(), wait); err != nil || res.Err != nil || w.Elapsed() != time.Minute {
		t.Errorf("got %v, %v at %v", res, err, w.Elapsed())
	}
	wait.Begun = w.Start().Add(30 * time.Second) // an earlier life began it: half a minute is left
	if res, err := w.Perform(t.Context(), wait); err != nil || res.Err != nil || w.Elapsed() != 90*time.Second {
		t.Errorf("got %v, %v at %v", res, err, w.Elapsed())
	}
	res, err := w.Perform(t.Context(), effect.Request{Kind: effect.KindClock, Operation: effect.OpNow})
	if err != nil || res.Value != time.Date(2024, 5, 1, 10, 1, 30, 0, time.UTC) {
		t.Errorf("got %v, %v", res.Value, err)
	}
	var begun time.Time
	body := func(_ context.Context, at time.Time) (effect.Result, error) {
		begun = at
		return effect.Result{Value: "seen"}, nil
	}
	poll := effect.Request{Kind: effect.KindPoll, Operation: effect.OpPoll, Body: body}
	if res, err := w.Perform(t.Context(), poll); err != nil || res.Value != "seen" || !begun.Equal(w.Now()) {
		t.Errorf("got %v, %v, begun %v", res.Value, err, begun)
	}
	if poll.Begun = w.Start(); !begun.Equal(w.Now()) {
		t.Error("no")
	}
	if _, err := w.Perform(t.Context(), poll); err != nil || !begun.Equal(w.Start()) {
		t.Errorf("got %v, begun %v, want the beginning of the earlier life", err, begun)
	}
}

func TestOperator(t *testing.T) {
	t.Parallel()
	w := world(t, `
answers = {"shut down": "no", "which": "blue", "stopEXAStorage": "fail"}
faults = [fault.lost_after(method = "startupNode", nth = 1), fault.lost_before(method = "startupNode", nth = 2)]
`)
	ask := func(op string, args ...effect.Value) string {
		res, err := w.Perform(t.Context(), effect.Request{Kind: effect.KindOperator, Operation: op, Args: args})
		if err != nil {
			t.Fatal(err)
		}
		return res.Describe()
	}
	for _, c := range []struct{ question, expect, want string }{
		{"go on?", "", `"yes"`},
		{"type the name", "demo", `"demo"`},
		{"shut down demo?", "", `error: declined: the operator answered "no", want "yes"`},
		{"which color?", "blue", `"blue"`},
		{"which name?", "demo", `error: declined: the operator answered "blue", want "demo"`},
	} {
		if got := ask(effect.OpConfirm, c.question, c.expect); got != c.want {
			t.Errorf("%s: got %s, want %s", c.question, got, c.want)
		}
	}
	c := client{world: w}
	_ = c.change(t.Context(), "", "startupNode", "n0011")
	_ = c.change(t.Context(), "", "startupNode", "n0012")
	for _, q := range []struct{ id, description, want string }{
		{"1", demoURL + ` startupNode("n0011")`, `"done"`},
		{"2", demoURL + ` startupNode("n0012")`, `"again"`},
		{"3", demoURL + ` startupNode("n0013")`, `"again"`},
		{"4", demoURL + `/storage stopEXAStorage()`, `"fail"`},
	} {
		if got := ask(effect.OpResolve, q.id, q.description, "lost"); got != q.want {
			t.Errorf("%s: got %s, want %s", q.description, got, q.want)
		}
	}
}

func TestSecretsAreNotResolved(t *testing.T) {
	t.Parallel()
	w := world(t, "")
	c := client{world: w}
	user := effect.Struct{{Name: "user_login", Value: "new"}, {Name: "password", Value: effect.Secret{Env: "NEW_PASSWORD"}}, {Name: "user_title", Value: "New"}}
	if e := c.change(t.Context(), "", "addUser", user); e != nil {
		t.Errorf("got %v", e)
	}
	if _, ok := user[1].Value.(effect.Secret); !ok {
		t.Error("the request was changed")
	}
}

func TestDeadlineInVirtualTime(t *testing.T) {
	t.Parallel()
	late := errors.New("the run is over")
	for _, inside := range []bool{false, true} {
		w := world(t, "")
		c := &client{world: w}
		var seen []string
		run := func(ctx context.Context) error {
			w.Run(ctx, 3, 0, func(ctx context.Context, item int) {
				c.wait(ctx, time.Duration(item)*time.Minute)
				_, err := c.perform(ctx, effect.Read, "", "getNodeList")
				seen = append(seen, fmt.Sprint(item, " ", w.Elapsed().Round(time.Second), " ", err))
			})
			return context.Cause(ctx)
		}
		begin := func(ctx context.Context) (context.Context, context.CancelFunc) {
			return w.WithTimeout(ctx, 90*time.Second, late)
		}
		err := w.Main(t.Context(), func(ctx context.Context) error {
			if inside {
				var cancel context.CancelFunc
				ctx, cancel = begin(ctx)
				defer cancel()
			}
			return run(ctx)
		})
		if !inside {
			if err != nil {
				t.Error(err)
			}
			seen = nil
			ctx, cancel := begin(t.Context())
			err = w.Main(ctx, run)
			cancel()
			c.wait(t.Context(), time.Hour)
		}
		from := 0
		if !inside {
			from = 120
		}
		at := func(s int) time.Duration { return time.Duration(from+s) * time.Second }
		want := []string{fmt.Sprint("0 ", at(0), " <nil>"), fmt.Sprint("1 ", at(60), " <nil>"), fmt.Sprint("2 ", at(90), " the run is over")}
		if diff := cmp.Diff(want, seen); diff != "" || err != late {
			t.Errorf("inside %v: got %v, %s", inside, err, diff)
		}
	}
	w := world(t, "")
	ctx, cancel := w.WithTimeout(t.Context(), time.Minute, late)
	(&client{world: w}).wait(ctx, time.Hour) // not in a Main
	if w.Elapsed() != time.Minute || context.Cause(ctx) != late {
		t.Errorf("it is %v, the cause %v", w.Elapsed(), context.Cause(ctx))
	}
	cancel()
	ctx, cancel = w.WithTimeout(t.Context(), time.Minute, late)
	cancel()
	if (&client{world: w}).wait(t.Context(), time.Hour); context.Cause(ctx) != context.Canceled {
		t.Errorf("a stopped deadline went off: %v", context.Cause(ctx))
	}
}

func TestMainInMain(t *testing.T) {
	t.Parallel()
	w := world(t, "")
	err := w.Main(t.Context(), func(ctx context.Context) error { return w.Main(ctx, func(context.Context) error { return nil }) })
	if err == nil || err.Error() != "world: got a Main inside a Main, want one at a time" {
		t.Errorf("got %v", err)
	}
}

func TestNoDelays(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(Config{Systems: []SystemSpec{{Name: "demo", URL: demoURL}}, NoDelays: true})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{world: w}
	if err := w.Main(t.Context(), func(ctx context.Context) error { return c.startup(ctx, time.Second) }); err != nil || w.Elapsed() != 0 {
		t.Errorf("got %v after %v, want nothing after 0s\n%s", err, w.Elapsed(), strings.Join(c.seen, "\n"))
	}
}

// What is under way when nobody acts shows all the same.
func TestHazardsOfTime(t *testing.T) {
	t.Parallel()
	w := world(t, `systems = [simulate.exaoperation("demo", nodes = [simulate.node("n0011", flag = "to_wipe", powered_at = "5m")])]`)
	w.Advance(4 * time.Minute)
	if h := w.Hazards(); len(h) != 0 {
		t.Errorf("got %v", h)
	}
	w.Advance(time.Hour)
	if h := w.Hazards(); len(h) == 0 || !strings.HasPrefix(h[0].String(), "demo: 5m: flagged-node-booted: ") {
		t.Errorf("got %v", h)
	}
}

// BenchmarkStart is complete starts of four nodes and one database, seen
// through the Performer, looking every two seconds.
func BenchmarkStart(b *testing.B) {
	for _, nodes := range []int{4, 64, 1024} {
		b.Run(fmt.Sprint(nodes, "nodes"), func(b *testing.B) {
			s, err := LoadScenario("demo.star", fmt.Appendf(nil, `systems = [simulate.exaoperation("demo", nodes = %d)]`, nodes))
			if err != nil {
				b.Fatal(err)
			}
			calls := 0
			b.ReportAllocs()
			for b.Loop() {
				w, err := NewWorld(Config{Scenario: s, Systems: []SystemSpec{{Name: "demo", URL: demoURL}}})
				if err != nil {
					b.Fatal(err)
				}
				if calls, err = start(w, 2*time.Second); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(calls), "calls")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "starts/s")
		})
	}
}

// start is startup without the writing down, looking at services first and at
// each node once they are said to be up.
func start(w *World, every time.Duration) (calls int, err error) {
	perform := func(ctx context.Context, class effect.Class, object, method string, args ...effect.Value) effect.Value {
		calls++
		res, _ := w.Perform(ctx, effect.Request{
			ID: effect.ID{Number: calls}, Kind: effect.KindXMLRPC, Target: demoURL + object, Operation: method, Args: args, Class: class, Peer: demoPeer,
		})
		return res.Value
	}
	wait := func(ctx context.Context) {
		_, _ = w.Perform(ctx, effect.Request{Kind: effect.KindClock, Operation: effect.OpWait, Args: []effect.Value{int64(every), ""}})
	}
	err = w.Main(context.Background(), func(ctx context.Context) error {
		nodes := perform(ctx, effect.Read, "", "getNodeList").([]effect.Value)
		w.Run(ctx, len(nodes), 0, func(ctx context.Context, i int) {
			perform(ctx, effect.Change, "", "startupNode", nodes[i])
		})
		for _, node := range nodes {
			for {
				state, _ := perform(ctx, effect.Read, "", "getNodeState", node).(effect.Struct)
				if status, _ := state.Get("status"); status == "Running" {
					break
				}
				wait(ctx)
			}
		}
		perform(ctx, effect.Change, "/storage", "startEXAStorage")
		for !allOK(perform(ctx, effect.Read, "", "getServiceState")) {
			wait(ctx)
		}
		perform(ctx, effect.Change, "/db_exa_db1", "startDatabase")
		for perform(ctx, effect.Read, "/db_exa_db1", "getDatabaseConnectionState") != "Yes" {
			wait(ctx)
		}
		if h := w.Hazards(); len(h) > 0 {
			return errors.New(h[0].String())
		}
		return nil
	})
	return calls, err
}

func BenchmarkPerform(b *testing.B) {
	w := world(b, "")
	r := effect.Request{Kind: effect.KindXMLRPC, Target: demoURL, Operation: "getEXAoperationMaster", Peer: demoPeer}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = w.Perform(context.Background(), r)
	}
}
