package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"runbook/simulator"
)

// A wire is the barest client: one connection, requests written whole, replies
// read by their length. What a benchmark with it measures is the server.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	text *textproto.Reader
	body []byte
}

func dial(addr string) (*wire, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(conn)
	return &wire{conn: conn, in: in, text: textproto.NewReader(in)}, nil
}

func (w *wire) call(request string) (string, error) {
	if _, err := io.WriteString(w.conn, request); err != nil {
		return "", err
	}
	length := 0
	status, err := w.text.ReadLine()
	if err != nil || !strings.HasPrefix(status, "HTTP/1.1 200") {
		return "", fmt.Errorf("got %q, %w", status, err)
	}
	for {
		line, err := w.text.ReadLine()
		if err != nil {
			return "", err
		}
		if line == "" {
			break
		}
		if n, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(n)
		}
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	_, err = io.ReadFull(w.in, w.body[:length])
	return string(w.body[:length]), err
}

func requestText(path, method string, args ...string) string {
	body := methodCallText(method, args...)
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

func benchServer(b *testing.B, nodes int, log io.Writer) *Server {
	b.Helper()
	scenario, err := simulator.LoadScenario("bench.star", fmt.Appendf(nil, `systems = [simulate.exaoperation("demo", nodes = %d)]`, nodes))
	if err != nil {
		b.Fatal(err)
	}
	s, err := Start(context.Background(), Config{Scenario: scenario, NoDelays: true, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	return s
}

// side runs n calls over each of some connections at once.
func side(b *testing.B, s *Server, connections int, call func(w *wire, i int) error) {
	b.Helper()
	failed := make(chan error, connections)
	for c := range connections {
		go func() {
			w, err := dial(s.Ready().HTTP)
			for i := c; err == nil && i < b.N; i += connections {
				err = call(w, i)
			}
			failed <- err
		}()
	}
	for range connections {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkCalls(b *testing.B) {
	for _, connections := range []int{1, 64} {
		b.Run(fmt.Sprint(connections, "connections"), func(b *testing.B) {
			s := benchServer(b, 4, nil)
			request := requestText("/cluster1", "getEXAoperationMaster")
			b.ResetTimer()
			b.ReportAllocs()
			side(b, s, connections, func(w *wire, _ int) error { _, err := w.call(request); return err })
		})
	}
}

func BenchmarkCallsLogged(b *testing.B) {
	s := benchServer(b, 4, io.Discard)
	request := requestText("/cluster1", "getNodeState", "n0011")
	b.ResetTimer()
	side(b, s, 64, func(w *wire, _ int) error { _, err := w.call(request); return err })
}

// BenchmarkStartup is the job of a start with as many calls as it needs: each
// node switched on and looked at once, storage, one database.
func BenchmarkStartup(b *testing.B) {
	for _, nodes := range []int{8, 64, 512, 4096} {
		b.Run(fmt.Sprint(nodes, "nodes"), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := benchServer(b, nodes, nil)
				b.StartTimer()
				startup(b, s, nodes)
				b.StopTimer()
				if b.N < 3 {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					b.ReportMetric(float64(m.HeapInuse)/(1<<20), "heap-MiB")
				}
				b.ReportMetric(float64(s.Calls()), "calls")
				s.Close()
				b.StartTimer()
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(nodes)*1e6, "µs/node")
		})
	}
}

func startup(b *testing.B, s *Server, nodes int) {
	b.Helper()
	const connections = 64
	failed := make(chan error, connections)
	for c := range min(connections, nodes) {
		go func() {
			w, err := dial(s.Ready().HTTP)
			if err == nil {
				defer w.conn.Close()
			}
			for i := c; err == nil && i < nodes; i += connections {
				node := fmt.Sprintf("n%04d", 11+i)
				if _, err = w.call(requestText("/cluster1", "startupNode", node)); err == nil {
					_, err = w.call(requestText("/cluster1", "getHardwareInformation", node))
				}
			}
			failed <- err
		}()
	}
	for range min(connections, nodes) {
		if err := <-failed; err != nil {
			b.Fatal(err)
		}
	}
	w, err := dial(s.Ready().HTTP)
	if err != nil {
		b.Fatal(err)
	}
	defer w.conn.Close()
	for _, c := range [][2]string{
		{"/storage", "startEXAStorage"}, {"", "getServiceState"}, {"/db_exa_db1", "startDatabase"}, {"/db_exa_db1", "getDatabaseConnectionState"},
	} {
		reply, err := w.call(requestText("/cluster1"+c[0], c[1]))
		if err != nil || strings.Contains(reply, "fault") {
			b.Fatalf("%s: got %s, %v", c[1], reply, err)
		}
		if c[1] == "getDatabaseConnectionState" && !strings.Contains(reply, "Yes") {
			b.Fatalf("the database is not connectible: %s", reply)
		}
	}
}

// BenchmarkCommands is commands through SSH: each a session of its own, on few
// connections and on many.
func BenchmarkCommands(b *testing.B) {
	for _, connections := range []int{1, 64} {
		b.Run(fmt.Sprint(connections, "connections"), func(b *testing.B) {
			h := startHosts(b, Config{TimeScale: 1e6})
			clients := make([]*ssh.Client, connections)
			for i := range clients {
				clients[i] = h.dial([]string{"r1", "r2"}[i%2])
			}
			b.ResetTimer()
			b.ReportAllocs()
			failed := make(chan error, connections)
			for n, c := range clients {
				go func() {
					var err error
					for i := n; err == nil && i < b.N; i += connections {
						_, err = run(c, "echo hello", nil)
					}
					failed <- err
				}()
			}
			for range clients {
				if err := <-failed; err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}

// BenchmarkLogin is a connection, a command and the end of it.
func BenchmarkLogin(b *testing.B) {
	h := startHosts(b, Config{TimeScale: 1e6})
	config := h.config("r1")
	for b.Loop() {
		c, err := ssh.Dial("tcp", h.server.Ready().SSH.Address, config)
		if err == nil {
			_, err = run(c, "true", nil)
		}
		if err != nil {
			b.Fatal(err)
		}
		_ = c.Close()
	}
}
