package rhino

// A Behaviour is chosen where the evidence about the real one ends. Every
// field is one of the words that its comment lists, the default first.
type Behaviour struct {
	SecondPrimary   string // "split": a second node that creates a primary component makes one of its own; "join": it joins the one it sees
	Reform          string // "majority": after a whole stop the primary component needs a majority of what it last was; "any": any node that was part of it forms it
	KeepDelete      string // "no": -k drops -d and -c when it starts a node again; "yes": it keeps them
	DatabaseGone    string // "exit": a node that must load and cannot reach PostgreSQL ends with status 1; "wait": it tries until it can
	KillHalts       string // "yes": rhino.sh kill and the console's kill leave a halt file; "no": -k starts the node again
	StopKill        string // "KILL": the signal of stop-rhino.sh --kill; "TERM"
	StopDrains      string // "no": stop-rhino.sh --node and --cluster keep to the rules of the console's shutdown; "yes": they stop the SLEE first, and wait
	RemoteConsole   string // "refused": consoles on other hosts are not let in; "allowed": the m-let configuration has been modified
	HaltWhilePaused string // "stops": a halt file left while -k waits keeps it from starting the node again; "ignored"
	DesiredFlags    string // "persist": -s and -x set the node's own desired state; "once": they do not
}
