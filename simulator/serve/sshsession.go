package serve

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"runbook/simulator/host"
)

// A session is one command, or one shell, of a client.
type session struct {
	conn    *sshConn
	at      *place
	channel ssh.Channel
	env     []string
	window  *window // nil: no terminal
	begun   bool
	left    sync.Once        // see leave
	signals chan host.Signal // from the client
	reading sync.WaitGroup   // who reads what the client sends
}

// A window is the terminal that a client has asked for.
type window struct{ term string }

// waitingSignals is how many signals of a client may wait to be given.
const waitingSignals = 16

// maxEnv is how many variables a session may set.
const maxEnv = 128

// serve answers what the client asks of the session, until the channel is closed.
func (s *session) serve(ctx context.Context, requests <-chan *ssh.Request) {
	ctx, hangUp := context.WithCancel(ctx)
	done := make(chan struct{})
	s.signals = make(chan host.Signal, waitingSignals)
	for r := range requests {
		ok, run := s.answer(r)
		if r.WantReply {
			_ = r.Reply(ok, nil) // a client that is gone needs no answer
		}
		if run != nil {
			go func() {
				defer close(done)
				run(ctx)
				_ = s.channel.Close()
			}()
		}
	}
	hangUp()
	if s.begun {
		<-done
	}
	_ = s.channel.Close()
	s.reading.Wait() // the client is gone: they have read its end
}

// answer takes a request. If it is to run something, that is what is to be
// called once the client knows.
func (s *session) answer(r *ssh.Request) (ok bool, run func(context.Context)) {
	switch r.Type {
	case "env":
		return s.setEnv(r.Payload), nil
	case "pty-req":
		return s.setTerminal(r.Payload), nil
	case "window-change":
		return s.window != nil, nil
	case "signal":
		return s.takeSignal(r.Payload), nil
	case "exec":
		var asked struct{ Line string }
		if s.begun || ssh.Unmarshal(r.Payload, &asked) != nil {
			return false, nil
		}
		s.begun = true
		return true, func(ctx context.Context) { s.exec(ctx, asked.Line) }
	case "shell":
		if s.begun {
			return false, nil
		}
		s.begun = true
		return true, s.shell
	case "subsystem":
		var asked struct{ Name string }
		if s.begun || ssh.Unmarshal(r.Payload, &asked) != nil {
			return false, nil
		}
		s.begun = true
		return true, func(context.Context) { s.subsystem(asked.Name) }
	}
	return false, nil
}

func (s *session) setEnv(payload []byte) bool {
	var v struct{ Name, Value string }
	if ssh.Unmarshal(payload, &v) != nil || s.begun || len(s.env) >= maxEnv || !s.conn.face.config.accepts(v.Name) || strings.ContainsAny(v.Name+v.Value, "\x00") {
		return false
	}
	s.env = append(s.env, v.Name+"="+v.Value)
	return true
}

func (s *session) setTerminal(payload []byte) bool {
	var v struct {
		Term          string
		Columns, Rows uint32
		Width, Height uint32
		Modes         string
	}
	if ssh.Unmarshal(payload, &v) != nil || s.begun {
		return false
	}
	s.window = &window{term: v.Term}
	return true
}

func (s *session) takeSignal(payload []byte) bool {
	var v struct{ Name string }
	if ssh.Unmarshal(payload, &v) != nil {
		return false
	}
	signal, known := host.ParseSignal(v.Name)
	if !known || signal == 0 {
		return false
	}
	select {
	case s.signals <- signal:
		return true
	default:
		return false
	}
}

// subsystem says that there is none. The request itself is granted: clients
// that are refused show no reason.
func (s *session) subsystem(name string) {
	c := s.command("subsystem " + name)
	c.tell(endedWrong)
	s.fail(fmt.Sprintf("simulated host %s: got a request for the subsystem %q, want commands only\n", s.at.name, name), statusNotRun)
}

// environment is what a program finds in its environment.
func (s *session) environment() []string {
	env := append([]string{}, s.env...)
	if s.window != nil && s.window.term != "" {
		env = append(env, "TERM="+s.window.term)
	}
	return env
}
