package host

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"runbook/effect"
)

// echo answers as a program would, without a process: what is measured is ours.
func echo(_ *fake, _ *ssh.ServerConn, ch ssh.Channel, command string) {
	mark := markOf(command)
	fmt.Fprintf(ch, "%s started 4242\nRunning\n", mark)
	fmt.Fprintf(ch.Stderr(), "%s\n", mark)
	exit(ch, 0)
	ch.Close()
}

// BenchmarkHosts runs one command on each host, all at a time, over connections
// that are there. Bytes and allocations are those of client and server
// together; divided by the hosts they stay the same at 1 and at 500.
func BenchmarkHosts(b *testing.B) {
	for _, hosts := range []int{1, 100, 500} {
		b.Run(fmt.Sprint(hosts), func(b *testing.B) {
			w := newWorld(b, Options{})
			peers := make([]*effect.Peer, hosts)
			for i := range peers {
				peers[i] = startFake(b, &fake{session: echo}).peer(w)
			}
			round := func() {
				var all sync.WaitGroup
				for _, p := range peers {
					all.Go(func() {
						r := w.run([]string{"status"})
						r.Peer = p
						if res, err := w.client.Perform(b.Context(), r); err != nil || res.Err != nil {
							b.Errorf("Perform = %+v, %v", res, err)
						}
					})
				}
				all.Wait()
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			round() // connects
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportAllocs()
			for b.Loop() {
				round()
			}
			b.ReportMetric(float64(b.N*hosts)/b.Elapsed().Seconds(), "commands/s")
			b.ReportMetric((float64(after.HeapInuse)-float64(before.HeapInuse)+float64(after.StackInuse)-float64(before.StackInuse))/float64(hosts), "B-kept/host")
		})
	}
}

// BenchmarkLocal runs one command on this machine, with and without a key.
func BenchmarkLocal(b *testing.B) {
	for _, run := range []string{"", "r"} {
		b.Run("run="+run, func(b *testing.B) {
			w := newWorld(b, Options{Run: run})
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				n++
				w.value(w.change(fmt.Sprint(n), []string{"true"}))
			}
		})
	}
}
