package host

import (
	"slices"
	"time"
)

// What a machine has when its Config does not say otherwise.
const (
	DefaultUser         = "rhino"
	DefaultShell        = "/bin/sh"
	DefaultPath         = "/usr/local/bin:/usr/bin:/bin"
	DefaultStartCost    = 2 * time.Millisecond // of starting a process
	DefaultStepBudget   = 500_000              // steps of a process while no time passes, before it is killed
	DefaultProcessLimit = 512                  // processes at one time
	DefaultDiskSize     = 64 << 20             // bytes of all files
	DefaultOutputLimit  = 4 << 20              // bytes kept of each stream of a command, its tail
	FirstPID            = 1000                 // of the first process; the next is one more
)

// Config says what a machine is like. Only the name is needed.
type Config struct {
	Name     string
	User     string             // who runs all commands; DefaultUser if empty. "root" may write everywhere
	Home     string             // the user's home, made; /home/USER if empty
	Shell    string             // runs a Command's Line: /bin/sh (dash) or /bin/bash; DefaultShell if empty
	Env      []string           // NAME=VALUE, what every command finds in its environment besides the usual
	Programs map[string]Program // by absolute path; see Machine.Install

	StartCost    time.Duration // DefaultStartCost if 0, none if negative
	StepBudget   int           // DefaultStepBudget if 0
	ProcessLimit int           // DefaultProcessLimit if 0
	DiskSize     int64         // DefaultDiskSize if 0
}

// A Machine is one simulated host.
type Machine struct {
	cfg       Config
	fleet     *Fleet
	files     *Files
	programs  map[string]Program // by the contents of the file that stands for it
	processes map[int]*Process   // that have not ended, by pid
	lastPID   int
	up        bool
	cut       bool
	slow      float64
	booted    time.Duration // when it came up last
	tools     toolState     // what the small tools keep
}

func newMachine(f *Fleet, cfg Config) *Machine {
	setDefault(&cfg.User, DefaultUser)
	setDefault(&cfg.Home, "/home/"+cfg.User)
	setDefault(&cfg.Shell, DefaultShell)
	setDefault(&cfg.StartCost, DefaultStartCost)
	setDefault(&cfg.StepBudget, DefaultStepBudget)
	setDefault(&cfg.ProcessLimit, DefaultProcessLimit)
	setDefault(&cfg.DiskSize, DefaultDiskSize)
	m := &Machine{
		cfg: cfg, fleet: f, programs: map[string]Program{}, processes: map[int]*Process{},
		lastPID: FirstPID - 1, up: true, slow: 1, booted: f.now,
	}
	m.files = newFiles(f, cfg.DiskSize)
	m.layOut()
	for _, path := range sortedKeys(cfg.Programs) {
		m.Install(path, cfg.Programs[path])
	}
	return m
}

func setDefault[T comparable](value *T, byDefault T) {
	var zero T
	if *value == zero {
		*value = byDefault
	}
}

// layOut makes what the user owns.
func (m *Machine) layOut() {
	fs := m.files
	if m.cfg.User == "root" {
		_ = fs.MkdirAll(m.cfg.Home, 0o700)
		return
	}
	_ = fs.MkdirAll(m.cfg.Home, 0o755)
	_ = fs.Chown(m.cfg.Home, false)
}

// Name is the machine's name.
func (m *Machine) Name() string { return m.cfg.Name }

// Fleet is the fleet that the machine belongs to.
func (m *Machine) Fleet() *Fleet { return m.fleet }

// User is who runs all commands.
func (m *Machine) User() string { return m.cfg.User }

// Home is the user's home directory.
func (m *Machine) Home() string { return m.cfg.Home }

// Files are the machine's files as root sees them, relative to /. They are
// there while the machine is down, too.
func (m *Machine) Files() *Files { return m.files }

// Process is the process of that pid that has not ended; nil if there is none.
func (m *Machine) Process(pid int) *Process { return m.processes[pid] }

// Processes are those that have not ended, by pid.
func (m *Machine) Processes() []*Process {
	all := make([]*Process, 0, len(m.processes))
	for _, pid := range sortedKeys(m.processes) {
		all = append(all, m.processes[pid])
	}
	return all
}

// SetUp takes the machine down (false), when every process dies at once and
// files stay, or boots it (true). A machine that is down refuses Start.
func (m *Machine) SetUp(up bool) {
	if m.up == up {
		return
	}
	m.up = up
	if up {
		m.booted = m.fleet.now
	} else {
		m.killAll()
	}
	m.fleet.change()
}

// Up reports whether the machine is up.
func (m *Machine) Up() bool { return m.up }

// Uptime is how long the machine has been up; 0 if it is down.
func (m *Machine) Uptime() time.Duration {
	if !m.up {
		return 0
	}
	return m.fleet.now - m.booted
}

// SetSlow makes every sleep and every start of a process take factor times as
// long from now on. 1 is normal.
func (m *Machine) SetSlow(factor float64) { m.slow = max(factor, 0) }

// SetFull fills the disk: writes that add bytes give ErrNoSpace. Or it frees it.
func (m *Machine) SetFull(full bool) { m.files.tree.full = full }

// Full reports whether the disk is full.
func (m *Machine) Full() bool { return m.files.tree.full }

// SetCut cuts the machine's network, or joins it. Processes do not notice.
func (m *Machine) SetCut(cut bool) {
	if m.cut != cut {
		m.cut = cut
		m.fleet.change()
	}
}

// Cut reports whether the machine's network is cut.
func (m *Machine) Cut() bool { return m.cut }

// killAll ends every process, handlers or not.
func (m *Machine) killAll() {
	for _, p := range m.Processes() {
		if !p.ended {
			p.killedBy = KILL
			p.finish(128 + int(KILL))
		}
	}
}

// takes is how long something takes on this machine.
func (m *Machine) takes(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(float64(d) * m.slow)
}

func sortedKeys[K interface{ ~int | ~string }, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
