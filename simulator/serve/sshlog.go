package serve

import (
	"regexp"
	"strconv"
	"time"
)

// This file defines the log lines of the SSH face.
//
//	{"event":"command","at":"20m3.25s","host":"r1","line":"ls","outcome":"exit","status":0,"took_effect":true,"took":"2.1ms"}
//	{"event":"refused","at":"20m4s","user":"r9","reason":"no host \"r9\" here; …"}

// An ending is how a command ended, as the log says it.
type ending string

const (
	endedItself ending = "exit"         // with its status
	endedSignal ending = "signal"       // with 128 and the signal's number as its status
	endedLost   ending = "lost"         // the connection was dropped, as the scenario wants it
	endedClosed ending = "closed"       // the client closed the session first
	endedDenied ending = "unauthorized" // no key is taken: nothing was run
	endedNever  ending = "unreachable"  // nobody listens: nothing was run
	endedWrong  ending = "refused"      // nothing was run: it is not what a host takes
)

// A record is what the log says of a command.
type record struct {
	host    string
	line    string
	outcome ending
	status  int  // of endedItself and endedSignal
	taken   bool // the command was begun
	at      time.Duration
	began   time.Time
}

// loggedLine is how much of a command line is in the log.
const loggedLine = 4 << 10

func (f *sshFace) logCommand(r record) {
	if r.taken {
		f.server.commands.Add(1)
	}
	if f.server.config.Log == nil {
		return
	}
	line := appendJSON([]byte(`{"event":"command","at":`), stamp(r.at))
	line = appendField(line, "host", r.host)
	line = appendField(line, "line", loggable(r.line))
	line = appendField(line, "outcome", string(r.outcome))
	if r.outcome == endedItself || r.outcome == endedSignal {
		line = strconv.AppendInt(append(line, `,"status":`...), int64(r.status), 10)
	}
	line = strconv.AppendBool(append(line, `,"took_effect":`...), r.taken)
	line = appendField(line, "took", time.Since(r.began).Round(time.Microsecond).String())
	f.server.write(append(line, "}\n"...))
}

// logRefusal writes down a login that was refused.
func (f *sshFace) logRefusal(user, reason string) {
	if f.server.config.Log == nil {
		return
	}
	line := appendJSON([]byte(`{"event":"refused","at":`), stamp(f.server.now()))
	line = appendField(line, "user", user)
	line = appendField(line, "reason", reason)
	f.server.write(append(line, "}\n"...))
}

// secretWords are what follows a word that says that a secret follows:
// PASSWORD=x, --password x, passphrase: x.
var secretWords = regexp.MustCompile(`(?i)([\w.-]*(?:passw(?:or)?d|passphrase|secret|token)[\w.-]*['"]?(?:\s*[=:]\s*|\s+))('[^']*'|"(?:[^"\\]|\\.)*"|[^\s'";&|]+)`)

// loggable is a command line without the secrets that can be known by their
// names, and cut to what a person reads.
func loggable(line string) string {
	if len(line) > loggedLine {
		line = line[:loggedLine] + "…"
	}
	return secretWords.ReplaceAllString(line, "${1}"+hidden)
}
