package exaoperation

// A Mark says what a default rests on.
type Mark string

const (
	Documented Mark = "D" // documented by the vendor
	Client     Mark = "C" // public client code relies on it
	Accepted   Mark = "R" // a public client was seen to accept the shape
	Inferred   Mark = "I" // inferred
	Chosen     Mark = "unknown, chosen"
)

// A Setting is one default of Texts, Timings or Behaviour.
type Setting struct {
	Name    string // "texts.node_booting"
	Default string
	Choices []string // nil if anything goes
	Mark    Mark
	Note    string
}

// Settings lists every default of Texts, Timings and Behaviour.
func Settings() []Setting { return nil }

// Set gives the named text ("node_booting") another value.
func (t *Texts) Set(name, value string) error { return nil }

// Set gives the named timing ("node_boot") another span.
func (t *Timings) Set(name string, span Span) error { return nil }

// Set gives the named behaviour ("storage_stop") another choice.
func (b *Behaviour) Set(name, choice string) error { return nil }

// Defaults is the Config that the zero Config stands for.
func Defaults() Config { return Config{} }

// DataNodes are n data nodes with the default names, n0011 and up.
func DataNodes(n int) []Node { return nil }
