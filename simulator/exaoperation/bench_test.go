package exaoperation

import (
	"testing"
	"time"

	"runbook/effect"
)

// A client calls as the administrator and lets time pass.
type client struct {
	t   testing.TB
	c   *Cluster
	now time.Duration
}

func begin(t testing.TB, cfg Config) *client {
	t.Helper()
	c, err := New(cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, c: c}
}

func (k *client) call(path, method string, args ...effect.Value) Answer {
	return k.c.Call(k.now, Call{Path: path, Method: method, Args: args, User: "admin", Password: "admin", Authenticated: true})
}

// value is the value of a call that must go well.
func (k *client) value(path, method string, args ...effect.Value) effect.Value {
	k.t.Helper()
	a := k.call(path, method, args...)
	if a.Status != 200 || a.Fault != nil {
		k.t.Fatalf("%s %s = %s, want a value", path, method, a.Describe())
	}
	return a.Value
}

// until repeats a call until it answers what is wanted.
func (k *client) until(want effect.Value, every time.Duration, path, method string, args ...effect.Value) {
	k.t.Helper()
	for range 100_000 {
		if effect.Equal(k.value(path, method, args...), want) {
			return
		}
		k.now += every
	}
	k.t.Fatalf("%s %s = %s after %s, want %s", path, method, k.call(path, method, args...).Describe(), k.now, effect.Describe(want))
}

// start is the article's way of starting a cluster.
func (k *client) start() {
	nodes := k.value("/cluster1", "getNodeList").([]effect.Value)
	for _, n := range nodes {
		k.value("/cluster1", "startupNode", n)
	}
	running := effect.Struct{{Name: "status", Value: "Running"}}
	for _, n := range nodes {
		k.until(running, 20*time.Second, "/cluster1", "getNodeState", n)
		k.value("/cluster1", "getHardwareInformation", n)
	}
	k.value("/cluster1/storage", "startEXAStorage")
	var ok []effect.Value
	for _, s := range serviceNames {
		ok = append(ok, []effect.Value{s, "OK"})
	}
	k.until(ok, 5*time.Second, "/cluster1", "getServiceState")
	for _, d := range k.value("/cluster1", "getDatabaseList").([]effect.Value) {
		db := "/cluster1/db_" + d.(string)
		k.value(db, "startDatabase")
		k.until("Yes", 5*time.Second, db, "getDatabaseConnectionState")
		k.value(db, "getDatabaseConnectionString")
	}
}

func BenchmarkStart(b *testing.B) {
	for _, nodes := range []int{4, 64, 512, 4096} {
		b.Run(effect.Describe(int64(nodes)), func(b *testing.B) {
			b.ReportAllocs()
			list := DataNodes(nodes)
			for b.Loop() {
				begin(b, Config{Nodes: list}).start()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(nodes), "ns/node")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		begin(b, Config{})
	}
}

func BenchmarkClone(b *testing.B) {
	b.ReportAllocs()
	k := begin(b, Config{})
	k.start()
	for b.Loop() {
		k.c.Clone()
	}
}
