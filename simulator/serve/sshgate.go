package serve

import (
	"maps"
	"net"
	"slices"
	"sync"
)

// A wayIn is the network between clients and one machine. While it is cut,
// nothing comes through and nothing is said; when the machine goes down, its
// connections are reset.
type wayIn struct {
	mu    sync.Mutex
	open  chan struct{} // closed while the network is there
	down  bool
	conns map[*gated]bool
}

func newWayIn() *wayIn {
	w := &wayIn{open: make(chan struct{}), conns: map[*gated]bool{}}
	close(w.open)
	return w
}

// set says how it is from now on.
func (w *wayIn) set(down, cut bool) {
	for _, c := range w.turn(down, cut) {
		c.reset()
	}
}

// turn changes the way, and gives the connections that are to be reset.
func (w *wayIn) turn(down, cut bool) (gone []*gated) {
	w.mu.Lock()
	defer w.mu.Unlock()
	shut := true
	select {
	case <-w.open:
		shut = false
	default:
	}
	switch {
	case cut && !shut:
		w.open = make(chan struct{})
	case !cut && shut:
		close(w.open)
	}
	if w.down = down; down {
		gone = slices.Collect(maps.Keys(w.conns))
	}
	return gone
}

// enter puts a connection on this way, unless the machine is down.
func (w *wayIn) enter(c *gated) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return false
	}
	w.conns[c] = true
	c.mu.Lock()
	defer c.mu.Unlock()
	c.way = w
	return true
}

func (w *wayIn) isDown() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.down
}

func (w *wayIn) leave(c *gated) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, c)
}

// passage is closed while something comes through.
func (w *wayIn) passage() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open
}

// gated is a connection to a machine, as soon as it is known to which.
type gated struct {
	net.Conn
	once   sync.Once
	closed chan struct{}

	mu  sync.Mutex
	way *wayIn // nil: not known yet
}

func newGated(c net.Conn) *gated { return &gated{Conn: c, closed: make(chan struct{})} }

// pass waits while the network is cut.
func (g *gated) pass() {
	g.mu.Lock()
	way := g.way
	g.mu.Unlock()
	if way == nil {
		return
	}
	select {
	case <-way.passage():
	case <-g.closed:
	}
}

// Read holds back what came while the network is cut.
func (g *gated) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	g.pass()
	return n, err
}

// Write waits while the network is cut.
func (g *gated) Write(p []byte) (int, error) {
	g.pass()
	return g.Conn.Write(p)
}

// Close ends the connection and whoever waits on it.
func (g *gated) Close() error {
	g.once.Do(func() { close(g.closed) })
	g.mu.Lock()
	way := g.way
	g.mu.Unlock()
	if way != nil {
		way.leave(g)
	}
	return g.Conn.Close()
}

// reset ends it as a machine that is gone does.
func (g *gated) reset() {
	if tcp, ok := g.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = g.Close()
}
