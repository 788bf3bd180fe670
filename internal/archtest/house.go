package archtest

// House is the plan of this module. Rooms are drawn as in docs/adr/0002; to
// add an arrow, a module or an exception, add a line here and say why.
func House() Rules {
	return Rules{Rooms: rooms(), Modules: modules(), Bans: bans(), Shape: shape()}
}

func rooms() []Room {
	everything := []string{"..."}
	return []Room{
		{Path: "effect", Reason: "the waist is what all the others agree on, so it knows none of them"},
		{Path: "journal", May: []string{"effect"}, Reason: "a journal knows requests and results: no Starlark, and no world that they go to"},
		{Path: "interpreter", May: []string{"effect"}, Reason: "the engine behind a run must stay replaceable: no builtin by name, no journal, no world"},
		{Path: "builtins/value", May: []string{"interpreter"}, Reason: "the vocabulary of arguments is below the families that speak it"},
		{Path: "builtins/rhino", May: []string{"builtins/*"}, Reason: "Rhino is commands on hosts: its builtins are made of those"},
		{Path: "builtins/*", May: []string{"builtins/value"}, Reason: "families of builtins do not know each other; what two of them need is in builtins/value"},
		{Path: "builtins", May: []string{"builtins/*", "builtins/rhino"}, Reason: "what scripts can say does not depend on what carries it out"},
		{Path: "live", May: []string{"effect"}, Reason: "the mux hands each request to the performer of its kind, and knows none of them"},
		{Path: "live/*", May: []string{"effect"}, Reason: "worlds do not know each other; the command puts them together"},
		{Path: "simulator", May: []string{"effect", "simulator/model"}, Reason: "a simulated world is a world like any other, and knows no face it is shown through"},
		{Path: "simulator/model", May: []string{"effect"}, Reason: "what all simulated systems are made of knows none of them, and no world that they are in"},
		{Path: "simulator/serve", May: []string{"simulator"}, Reason: "the face of the simulator has a codec of its own, so that it and the live one prove each other"},
		{Path: "runbooks", TestsMay: everything, Reason: "shipped runbooks are plain files, and the package only carries them"},
		{
			Path: "cmd/*", May: []string{"runbooks", "builtins", "journal", "live", "live/*", "simulator", "simulator/serve", "internal/mutate"}, TestsMay: everything,
			Reason: "the roof puts the rooms together; what is tested alone belongs into a room",
		},
		{
			Path: "internal/bench", May: []string{"runbooks", "builtins", "journal", "live/*", "simulator", "simulator/serve"},
			Reason: "it measures the built command from outside, and of the rooms only those that a process cannot show",
		},
		{Path: "internal/mutate", Reason: "a mistake is made in the text of a file, whatever a run makes of it"},
		{Path: "internal/*", Reason: "helpers of the project itself depend on nothing that they look at"},
	}
}

func modules() []Module {
	everywhere := []string{"..."}
	return []Module{
		{
			Path: "go.starlark.net", In: []string{"interpreter/...", "builtins/...", "simulator", "internal/mutate"}, Tests: []string{"cmd/...", "runbooks/..."},
			Reason: "the script language ends at the waist; besides the interpreter and its builtins only scenarios are read with it, and mutants made",
		},
		{
			Path: "github.com/kolo/xmlrpc", In: []string{"live/xmlrpc"},
			Reason: "its faults are fenced in by one file and its table test; the simulator's own codec is there to prove it",
		},
		{Path: "github.com/spf13/cobra", In: []string{"cmd/..."}, Reason: "flags belong to the process, and the process to the command"},
		{Path: "github.com/spf13/pflag", In: []string{"cmd/..."}, Reason: "flags belong to the process, and the process to the command"},
		{Path: "github.com/bazelbuild/buildtools", In: []string{"cmd/..."}, Reason: "runbook fmt is buildifier's layout, so that editors and the command agree; nothing else may parse Starlark its way"},
		{Path: "golang.org/x/crypto", In: []string{"live/host", "simulator/serve"}, Tests: []string{"cmd/..."}, Reason: "SSH is the live hosts', and the simulated hosts' face"},
		{Path: "github.com/kevinburke/ssh_config", In: []string{"live/host"}, Reason: "the user's SSH configuration is read where connections are made"},
		{Path: "mvdan.cc/sh/v3", In: []string{"simulator/host"}, Tests: []string{"live/host"}, Reason: "simulated hosts have a real shell's grammar; nothing else reads shell"},
		{Path: "golang.org/x/term", In: []string{"cmd/..."}, Reason: "whether there is a terminal is the command's to know"},
		{Path: "golang.org/x/sys", In: []string{"journal", "live/...", "cmd/..."}, Reason: "the system is under the journal's files, the live world and the process, and nowhere else"},
		{Path: "github.com/google/go-cmp", Tests: everywhere, Reason: "it is for tests: it panics where a program must not"},
		{Path: "github.com/rogpeppe/go-internal", Tests: everywhere, Reason: "it is for tests"},
		{Path: "pgregory.net/rapid", Tests: everywhere, Reason: "it is for tests"},
	}
}

func bans() []Ban {
	pure := []string{"effect/...", "interpreter/...", "builtins/...", "simulator/..."}
	served := []string{"simulator/serve/..."}
	return []Ban{
		{
			Rule: "clock-and-chance", In: pure, Except: served,
			Uses: []string{
				"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick", "time.NewTicker", "time.NewTimer",
				"context.WithTimeout", "context.WithTimeoutCause", "context.WithDeadline", "context.WithDeadlineCause",
				"math/rand", "math/rand/v2", "crypto/rand",
			},
			Reason: "time and chance are inputs, asked for by a request: a clock of one's own is lost on replay and real in a rehearsal",
		},
		{
			Rule: "one-at-a-time", In: pure, Except: served, Go: true, Uses: []string{"context.AfterFunc"},
			Reason: "what runs branches is given to the interpreter; two goroutines would give two orders for one seed",
		},
		{
			Rule: "one-door", In: pure, Except: served, Uses: []string{"os", "os/exec", "os/user", "net", "net/http", "syscall"},
			Reason: "the only door to the world outside is a request",
		},
		{
			Rule: "process", In: []string{"..."}, Except: []string{"cmd/...", "internal/bench"},
			Uses: []string{
				"os.Args", "os.Stdin", "os.Stdout", "os.Stderr", "os.Exit", "os/signal", "flag", "log",
				"fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Scan", "fmt.Scanf", "fmt.Scanln",
			},
			Reason: "what a process has one of belongs to a command, which hands it down; a room that takes it cannot run twice in one test",
		},
		{
			Rule: "tests-in-product", In: []string{"..."}, Uses: []string{"testing", "testing/fstest", "testing/synctest", "net/http/httptest"},
			Reason: "helpers of tests are in packages named …test beside what they help",
		},
		{
			Rule: "no-sleep", In: []string{"..."}, Tests: true, Unless: "testing/synctest", Uses: []string{"time.Sleep"},
			Reason: "a test that sleeps is slow where it passes and wrong on a slower machine; wait for what must happen, or use testing/synctest",
		},
	}
}

func shape() Shape {
	return Shape{
		FileLines: 400,
		FuncLines: 60,
		Except:    map[string]string{},
	}
}
