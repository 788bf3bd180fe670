package simulator

import (
	"path"
	"time"

	"runbook/simulator/host"
)

// grace is how long a command may take to end once it was politely told to.
const grace = 2 * time.Second

// A job is what runs on a machine for a command. It goes on if nobody waits for
// it any more; what it left under a key, another command finds.
type job struct {
	station  *station
	how      *how
	process  *host.Process
	out, err tail // of a command that is not a daemon
	daemon   bool
	before   int   // bytes of a daemon's log that are not its own
	noLog    error // why a daemon's log could not be written: it did not begin

	begun    time.Duration
	ended    bool
	over     time.Duration // when it ended
	vanished bool          // it ended with its machine: nobody wrote down how
	stopped  bool          // its client's time was over: it was ended, or will not begin
	waiter   *command      // nil if nobody waits
	done     *bool         // see exchange.done
}

// begin runs a command on the machine, now.
func (s *station) begin(h *how, daemon bool, done *bool) *job {
	j := &job{station: s, how: h, daemon: daemon, begun: s.Fleet().Now(), done: done}
	j.out.most, j.err.most = h.kept, h.kept
	c := host.Command{Argv: h.argv, Line: h.line, Input: h.input, Env: h.env, Dir: h.dir, Stdout: &j.out, Stderr: &j.err, Done: j.finish}
	if daemon {
		if j.noLog = j.open(&c); j.noLog != nil {
			j.ended, j.over = true, j.begun
			return j
		}
	}
	*done = true
	j.process = s.Start(c)
	return j
}

// open has a daemon write to its log.
func (j *job) open(c *host.Command) error {
	log := &logFile{j.station.Files(), j.logPath()}
	if info, err := log.files.Stat(log.path); err == nil {
		j.before = int(info.Size())
	}
	if err := log.files.AppendFile(log.path, nil); err != nil {
		return err
	}
	if j.before == 0 {
		_ = log.files.Chown(log.path, false) // it is the user who made it
	}
	c.Detached, c.Stdout, c.Stderr = true, log, log
	return nil
}

// logPath is the file that a daemon's output is appended to.
func (j *job) logPath() string {
	if path.IsAbs(j.how.log) {
		return j.how.log
	}
	return path.Join(j.station.abs(j.how.dir), j.how.log)
}

// said is what a daemon wrote to its log.
func (j *job) said() []byte {
	log, _ := j.station.Files().ReadFile(j.logPath())
	return log[min(j.before, len(log)):]
}

// finish is called when the process has ended.
func (j *job) finish(*host.Process) {
	s := j.station
	j.ended, j.over, j.vanished = true, s.Fleet().Now(), !s.Up()
	if j.lost() {
		*j.done = false
	}
	j.wake()
}

func (j *job) wake() {
	if j.waiter != nil {
		j.waiter.wake()
	}
}

// settled reports whether a daemon has lived long enough for its start to count.
func (j *job) settled(now time.Duration) bool {
	if j.ended {
		now = j.over
	}
	return j.daemon && j.noLog == nil && now >= j.begun+j.how.settle
}

// known reports whether the machine knows by now what came of the job.
func (j *job) known(now time.Duration) bool { return j.ended || j.settled(now) }

// lost reports whether nobody can find out any more what came of the job.
func (j *job) lost() bool { return j.vanished && !j.stopped && !j.settled(j.over) }

// end ends the job's processes, politely first. It takes effect as soon as they
// do, and at the latest once the grace is over.
func (j *job) end() {
	j.stopped = true
	if j.ended {
		return
	}
	fleet, group := j.station.Fleet(), j.process.Group()
	j.station.SignalGroup(group, host.TERM)
	fleet.At(fleet.Now()+grace, func() { j.station.SignalGroup(group, host.KILL) })
}

// abs is a path on the machine, absolute: as it is, or below the user's home.
func (s *station) abs(p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(s.Home(), p)
}

// A logFile is a file on a machine that a daemon's output is appended to.
type logFile struct {
	files *host.Files
	path  string
}

// Write is io.Writer's. What the disk has no room for is gone.
func (l *logFile) Write(b []byte) (int, error) {
	_ = l.files.AppendFile(l.path, b)
	return len(b), nil
}
