package control

import (
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// story is what a poll's record tells beside its value.
func (p *poll) story() effect.Struct {
	var path []effect.Value
	for _, s := range p.path {
		path = append(path, effect.Struct{{Name: "at", Value: int64(s.at)}, {Name: "value", Value: s.value}})
	}
	return effect.Struct{
		{Name: "looks", Value: int64(p.looks)}, {Name: "took", Value: int64(p.elapsed)}, {Name: "path", Value: path},
	}
}

// timedOut is the error of a poll whose time is up: what was waited for, the
// last value, the path of values with how long each lasted, and the last error.
func (p *poll) timedOut() *effect.Error {
	last := p.path[len(p.path)-1]
	msg := fmt.Sprintf("%s: not reached within %s; last saw %s for %s (%d looks)", p.what,
		effect.FormatDuration(time.Duration(p.timeout)), plain(last.value),
		effect.FormatDuration(p.elapsed-last.at), p.looks)
	if len(p.path) > 1 {
		msg += "; before that " + p.history()
	}
	if p.lastError != nil {
		msg += "; last error: " + p.lastError.Error()
	}
	return &effect.Error{
		Kind: effect.Timeout, Message: msg, Details: p.story(),
		Hint: "if it only needs longer, give it a longer timeout",
	}
}

// maxHistory is how many earlier values a message shows.
const maxHistory = 8

// history is the path without its last value, oldest first, with durations.
func (p *poll) history() string {
	var parts []string
	for i, s := range p.path[:len(p.path)-1] {
		lasted := p.path[i+1].at - s.at
		parts = append(parts, fmt.Sprintf("%s for %s", plain(s.value), effect.FormatDuration(lasted)))
	}
	if n := len(parts); n > maxHistory {
		parts = append([]string{fmt.Sprintf("%d others", n-maxHistory)}, parts[n-maxHistory:]...)
	}
	return strings.Join(parts, ", ")
}

// failed is the error of a poll whose fail_if holds. A text that fail_if
// returns is the reason.
func (p *poll) failed(bad starlark.Value, shown effect.Value) *effect.Error {
	msg := p.what + ": will not come true: " + plain(shown)
	if s, ok := starlark.AsString(bad); ok {
		msg = p.what + ": " + s
	}
	return &effect.Error{Kind: effect.Failed, Message: msg, Details: p.story()}
}
