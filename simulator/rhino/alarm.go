package rhino

import (
	"slices"
	"time"
)

// The types of alarms that the model raises [doc].
const (
	alarmNodeFailure = "rhino.node-failure"
	alarmConvergence = "rhino.state.convergence-timeout"
)

// An alarm is active until what it is about has been put right.
type alarm struct {
	number int
	by     *node // that raised it
	about  *node
	kind   string
	at     time.Duration
	text   string
}

func (k *component) raise(by *node, kind string, about *node, text string) {
	k.clearAlarms(func(a *alarm) bool { return a.kind == kind && a.about == about })
	k.raised++
	k.alarms = append(k.alarms, alarm{k.raised, by, about, kind, k.c.now(), text})
}

func (k *component) clearAlarms(which func(*alarm) bool) {
	k.alarms = slices.DeleteFunc(k.alarms, func(a alarm) bool { return which(&a) })
}

// alarmsOf is how many active alarms a node has raised.
func (k *component) alarmsOf(n *node) int {
	count := 0
	for i := range k.alarms {
		if k.alarms[i].by == n {
			count++
		}
	}
	return count
}
