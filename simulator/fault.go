package simulator

import (
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator/exaoperation"
	"runbook/simulator/model"
)

// An Effect is what a Fault does to a call of a system, or to a command on a host.
type Effect string

const (
	LostBefore   Effect = "lost_before"  // the connection dies before the call took effect
	LostAfter    Effect = "lost_after"   // the connection dies after the call took effect; of a command, once it has ended
	Refused      Effect = "refused"      // nobody listens: nothing was sent
	Unauthorized Effect = "unauthorized" // HTTP 401; of a host, no key of the user's is taken
	Gateway      Effect = "gateway"      // HTTP 501 Gateway error; no host has that
	Slow         Effect = "slow"         // the answer, or the call itself, takes longer
	Reply        Effect = "reply"        // a fault instead of the method's answer, a status instead of the command's; it does not take effect
	Answer       Effect = "answer"       // another value than the method's, another output than the command's; it takes effect
)

// Prevents reports whether a call that meets the effect does not take effect.
func (e Effect) Prevents() bool { return e != "" && e != LostAfter && e != Answer }

// A Fault is one thing that goes wrong between clients and a system or a host.
// The calls and commands it applies to are those that every matcher fits; the
// zero value of a matcher fits all.
type Fault struct {
	Effect Effect

	System      string        // by name; for commands, one that has nodes on the host
	Object      string        // calls only: path below the system's cluster object: "/storage", "/" for the cluster object itself
	Method      string        // calls only: without dots
	Host        string        // commands only: by name
	Command     string        // commands only: a part of its line, or of its words with a blank between them
	ID          string        // of the effect whose requests it applies to
	At          time.Duration // not before, since the beginning
	Lasts       time.Duration // not longer than, since At; 0 for ever
	Nth         int           // only the n-th call, counted from 1, of those that fit all of the above
	Times       int           // only so many calls
	Probability float64       // only that share of the calls, drawn from the seed; 0 for all

	Delay  time.Duration // Slow: by how much
	Before bool          // Slow: the call takes effect after the delay, not before it
	After  time.Duration // LostAfter of a command: this long after it has begun, if it runs that long; 0: when it has ended
	Code   int64         // Reply; of a command its status, 1 if it is none
	Text   string        // Reply; of a command what it says on stderr
	Value  effect.Value  // Answer; of a command what it says on stdout, a string
}

// ofCalls and ofCommands report which of the two a fault can apply to.
func (f *Fault) ofCalls() bool { return f.Host == "" && f.Command == "" && f.After == 0 }

func (f *Fault) ofCommands() bool {
	_, text := f.Value.(string)
	return f.Object == "" && f.Method == "" && f.Effect != Gateway && (f.Effect != Answer || text)
}

// fitsEffect reports whether a request of an effect may meet the fault.
func (f *Fault) fitsEffect(id effect.ID) bool { return f.ID == "" || f.ID == id.String() }

// fitsCommand reports whether the matchers fit a command on a machine.
func (f *Fault) fitsCommand(s *station, command string, id effect.ID) bool {
	return f.fitsEffect(id) && (f.Host == "" || f.Host == s.Name()) && strings.Contains(command, f.Command) &&
		(f.System == "" || slices.Contains(s.systems, f.System))
}

// A lurking Fault counts the calls that it fits.
type lurking struct {
	Fault
	met  uint64 // calls that fit
	hits int    // calls that it was applied to
}

// Trouble is what goes wrong with one call or command. Its zero value is nothing.
type Trouble struct {
	Effect Effect        // never Slow
	Before time.Duration // delay until the call takes effect
	After  time.Duration // delay from there until the answer is sent
	Lost   time.Duration // LostAfter of a command: see Fault.After
	Code   int64         // Reply
	Text   string        // Reply
	Value  effect.Value  // Answer
}

// Answered is what a call's client gets to see as its answer, if that arrives.
func (t *Trouble) Answered(a exaoperation.Answer) exaoperation.Answer {
	if t.Effect == Answer && worked(a) {
		a.Value = t.Value
	}
	return a
}

// meet is what goes wrong with a call of a system.
func (s *System) meet(now time.Duration, object, method string, id effect.ID) Trouble {
	return meet(s.faults, now, mix(s.seed, model.Hash("fault")), func(f *Fault) bool {
		return f.fitsEffect(id) && (f.Object == "" || f.Object == object) && (f.Method == "" || f.Method == method)
	})
}

// meet is what goes wrong with what the matchers of some faults fit. The first
// fault that applies decides; delays add up.
func meet(faults []lurking, now time.Duration, seed uint64, fits func(*Fault) bool) Trouble {
	var t Trouble
	for i := range faults {
		f := &faults[i]
		if !fits(&f.Fault) || !f.applies(now, seed+uint64(i)) || t.Effect != "" && f.Effect != Slow {
			continue
		}
		f.hits++
		switch {
		case f.Effect != Slow:
			t.Effect, t.Lost, t.Code, t.Text, t.Value = f.Effect, f.Fault.After, f.Code, f.Text, f.Value
		case f.Fault.Before:
			t.Before += f.Delay
		default:
			t.After += f.Delay
		}
	}
	if t.Effect.Prevents() { // nothing takes effect between the two
		t.Before, t.After = 0, t.Before+t.After
	}
	return t
}

// applies reports whether a call that the matchers fit meets the fault, and
// counts the call.
func (l *lurking) applies(now time.Duration, seed uint64) bool {
	if now < l.At || l.Lasts > 0 && now >= l.At+l.Lasts {
		return false
	}
	l.met++
	if l.Nth > 0 && l.met != uint64(l.Nth) || l.Times > 0 && l.hits >= l.Times {
		return false
	}
	return l.Probability == 0 || chance(l.Probability, mix(seed, l.met))
}

// locate is the object that a call is for, as a Fault names it, and the method
// without dots: the path and the dots of the method both lead to an object.
func (s *System) locate(urlPath, method string) (object, name string) {
	below := strings.TrimPrefix(cleanPath(urlPath), s.Base)
	if i := strings.LastIndexByte(method, '.'); i >= 0 {
		below += "/" + strings.ReplaceAll(method[:i], ".", "/")
		method = method[i+1:]
	}
	return objectName(below), method
}

// objectName is the path of an object as a Fault names it.
func objectName(below string) string { return "/" + strings.Trim(cleanPath(below), "/") }
