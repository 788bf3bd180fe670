package exaoperation

import "time"

// An eventKind is something that happens by itself when its time has come.
type eventKind uint8

const (
	nodeStage eventKind = iota
	nodeDown
	nodeServices
	nodeFails
	nodeByHand
	nodeFlagged
	masterUp
	masterMoves
	storageDone
	storageFails
	databaseDone
	databaseConnects
	databaseLosesNode
	databaseDisappears
	databaseCrashes
	operationBegins
	operationCleaned
	operationEnds
)

// An event belongs to a unit and to the generation of its state in which it
// was planned: when the unit's generation has moved on, the event is void.
type event struct {
	at   time.Duration
	seq  uint32 // breaks ties: first planned, first to happen
	gen  uint32
	unit int32
	kind eventKind
}

func (e *event) before(f *event) bool {
	return e.at < f.at || e.at == f.at && e.seq < f.seq
}

// A queue is a binary heap of events.
type queue struct {
	events []event
	seq    uint32
}

func (q *queue) push(e event) {
	q.seq++
	e.seq = q.seq
	q.events = append(q.events, e)
	h, i := q.events, len(q.events)-1
	for i > 0 {
		parent := (i - 1) / 2
		if !h[i].before(&h[parent]) {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

func (q *queue) pop() event {
	h := q.events
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	q.events = h
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&h[i]) {
			break
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
	return first
}

// plan lets the unit's event happen after d.
func (c *Cluster) plan(d time.Duration, kind eventKind, unit int32, gen uint32) {
	c.queue.push(event{at: c.now + max(d, 0), kind: kind, unit: unit, gen: gen})
}

// Advance lets everything happen up to now. One step does the same as many.
func (c *Cluster) Advance(now time.Duration) {
	for len(c.queue.events) > 0 && c.queue.events[0].at <= now {
		e := c.queue.pop()
		if c.void(&e) {
			continue
		}
		c.now = e.at
		c.happen(&e)
	}
	c.now = max(c.now, now)
}

// Next is the time of the next thing that will happen by itself after now, if
// anything will. The beginning and the end of a fault that lasts a while is no
// such thing.
func (c *Cluster) Next(now time.Duration) (time.Duration, bool) {
	c.Advance(now)
	for len(c.queue.events) > 0 {
		if e := &c.queue.events[0]; !c.void(e) {
			return e.at, true
		}
		c.queue.pop()
	}
	return 0, false
}

// void reports whether the unit's state has moved on since e was planned.
func (c *Cluster) void(e *event) bool {
	switch e.kind {
	case nodeStage, nodeDown, nodeServices:
		return e.gen != c.nodes[e.unit].gen
	case nodeFails:
		return e.gen != 0 && e.gen != c.nodes[e.unit].boots
	case masterUp:
		return e.gen != c.master.gen
	case storageDone:
		return e.gen != c.storage.gen
	case databaseDone, databaseConnects, databaseLosesNode:
		return e.gen != c.databases[e.unit].gen
	case operationCleaned, operationEnds:
		return e.gen != c.databases[e.unit].operation.gen
	}
	return false
}

func (c *Cluster) happen(e *event) {
	switch e.kind {
	case nodeStage:
		c.nodeStaged(e.unit)
	case nodeDown:
		c.nodeIsDown(e.unit)
	case nodeServices:
		c.servicesTurned(e.unit)
	case nodeFails:
		c.cutPower(e.unit)
	case nodeByHand:
		c.switchOn(e.unit)
	case nodeFlagged:
		c.nodeFlagged(e.unit)
	case masterUp:
		c.masterIsUp()
	case masterMoves:
		c.masterMoves(e.unit)
	case storageDone:
		c.storageTurned()
	case storageFails:
		c.storageLost()
	case databaseDone:
		c.databaseTurned(e.unit)
	case databaseConnects:
		c.databaseConnected(e.unit)
	case databaseLosesNode:
		c.databaseLostNode(e.unit)
	case databaseDisappears:
		c.databaseDisappears(e.unit)
	case databaseCrashes:
		c.databaseLost(e.unit)
	case operationBegins:
		c.operationForced(e.unit)
	case operationCleaned:
		c.operationCleaned(e.unit)
	case operationEnds:
		c.operationEnded(e.unit)
	}
}
