package host

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"runbook/effect"
)

// A world is a client with a home of its own, and a peer.
type world struct {
	t      testing.TB
	home   string
	client *Client
	peer   *effect.Peer
}

// newWorld makes one whose peer is this machine.
func newWorld(t testing.TB, o Options) *world {
	t.Helper()
	home := t.TempDir()
	if resolved, err := filepath.EvalSymlinks(home); err == nil {
		home = resolved
	}
	o.Home = home
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	o.System = filepath.Join(home, "system")
	c := New(o)
	t.Cleanup(c.Close)
	return &world{t: t, home: home, client: c, peer: localPeer(home)}
}

// localPeer keeps its keys below home.
func localPeer(home string) *effect.Peer {
	return &effect.Peer{Address: local, System: "localhost", Options: effect.Struct{{Name: "keys", Value: filepath.Join(home, "keys")}}, Timeout: time.Minute}
}

// how makes a struct of names and values.
func how(pairs ...any) effect.Struct {
	s := effect.Struct{}
	for i := 0; i < len(pairs); i += 2 {
		s = append(s, effect.Field{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return s
}

// run is a read that runs argv, or a line.
func (w *world) run(command any, h ...effect.Struct) effect.Request {
	var c effect.Value = command
	if argv, ok := command.([]string); ok {
		list := make([]effect.Value, len(argv))
		for i, s := range argv {
			list[i] = s
		}
		c = list
	}
	s := effect.Struct{}
	if len(h) > 0 {
		s = h[0]
	}
	return effect.Request{
		ID: effect.ID{Number: 1}, Kind: effect.KindHost, Target: "h", Operation: effect.OpRun, Args: []effect.Value{c, s}, Peer: w.peer,
	}
}

// change is a change that runs argv, or a line, under a key; "" for none.
func (w *world) change(key string, command any, h ...effect.Struct) effect.Request {
	r := w.run(command, h...)
	r.Class, r.Key = effect.Change, key
	return r
}

// start starts a daemon.
func (w *world) start(key string, command any, h effect.Struct) effect.Request {
	r := w.change(key, command, h)
	r.Operation = effect.OpStart
	return r
}

// do performs a request.
func (w *world) do(ctx context.Context, r effect.Request) effect.Result {
	w.t.Helper()
	res, err := w.client.Perform(ctx, r)
	if err != nil {
		w.t.Fatalf("Perform(%s) = %v, want a result", r.Describe(), err)
	}
	return res
}

// value is that of a request that goes well.
func (w *world) value(r effect.Request) effect.Struct {
	w.t.Helper()
	res := w.do(w.t.Context(), r)
	if res.Err != nil {
		w.t.Fatalf("Perform(%s) = %+v, want a value", r.Describe(), res.Err)
	}
	return res.Value.(effect.Struct)
}

// err is the error of a request that goes badly.
func (w *world) err(r effect.Request) *effect.Error {
	w.t.Helper()
	res := w.do(w.t.Context(), r)
	if res.Err == nil {
		w.t.Fatalf("Perform(%s) = %v, want an error", r.Describe(), res.Value)
	}
	return res.Err
}

// field is a field of a value.
func field(s effect.Struct, name string) effect.Value {
	v, _ := s.Get(name)
	return v
}

// read reads a file below home.
func (w *world) read(name string) string {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.home, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}
