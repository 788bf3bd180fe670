// Package host is the family of builtins that run commands on hosts.
//
//	db = host("db1", ssh(user = "rhino", port = 2222))
//	uptime = db.run(["cat", "/proc/uptime"], reads = True).stdout
//	db.run(["/opt/rhino/rhino.sh", "stop"], timeout = "10m")
//	db.start(["./start-rhino.sh", "-k"], log = "/opt/rhino/node-101/work/log/console.log", cwd = "/opt/rhino/node-101")
//
// A command is a request and nothing more: keys, configuration files and
// connections belong to the effect.Peer that all commands of a host share.
//
// A command that changes something is performed under a key: its host keeps,
// in a directory of that name, whether it was begun and what came of it, so
// that a run which lost its answer can find out and never begins it twice. What
// recover= says is for where the key cannot tell.
//
// Other families make requests of their own with [Host.Run] and [Host.Start].
package host

import (
	"fmt"

	_ "embed"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// Doc is the family's documentation: Starlark stubs.
//
//go:embed doc.star
var Doc string

// A Host is a machine that commands run on.
type Host struct {
	name  string
	peer  *effect.Peer
	keyed bool // its changes leave a trace by which they can be found
}

var _ starlark.HasAttrs = (*Host)(nil)

// New makes a host.
func New(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name hostName
	var reach *Transport
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "transport?", &reach); err != nil {
		return nil, err
	}
	if reach == nil {
		reach = plain()
	}
	return &Host{name: string(name), peer: reach.peer(string(name)), keyed: reach.keyed}, nil
}

func (h *Host) String() string        { return fmt.Sprintf("<host %s>", h.name) }
func (h *Host) Type() string          { return "host" }
func (h *Host) Freeze()               {}
func (h *Host) Truth() starlark.Bool  { return true }
func (h *Host) Hash() (uint32, error) { return starlark.String(h.name).Hash() }

// Name is what messages call the host.
func (h *Host) Name() string { return h.name }

// Peer is whom commands are sent to, and how. All requests of a host share it.
func (h *Host) Peer() *effect.Peer { return h.peer }

// Same reports whether two hosts are one: of one name, reached the same way.
func (h *Host) Same(other *Host) bool {
	if h == other {
		return true
	}
	p, q := h.peer, other.peer
	return h.name == other.name && p.Address == q.Address && p.User == q.User && p.Secret == q.Secret &&
		p.Timeout == q.Timeout && effect.Equal(p.Options, q.Options)
}

var methods = map[string]func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
	"run":   run,
	"start": start,
}

// Attr returns name, address, run or start.
func (h *Host) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return starlark.String(h.name), nil
	case "address":
		return starlark.String(h.peer.System), nil
	}
	if fn := methods[name]; fn != nil {
		return starlark.NewBuiltin("host."+name, fn).BindReceiver(h), nil
	}
	return nil, nil
}

// AttrNames lists the attributes.
func (h *Host) AttrNames() []string { return []string{"address", "name", "run", "start"} }

// got is a value for a message: a string is what is most often mistaken for a host.
func got(v starlark.Value) string {
	if s, ok := starlark.AsString(v); ok {
		return fmt.Sprintf("the string %q", s)
	}
	return v.Type()
}

// Ref is a parameter that is a host.
type Ref struct{ *Host }

// Unpack accepts a host.
func (r *Ref) Unpack(v starlark.Value) error {
	h, ok := v.(*Host)
	if !ok {
		return fmt.Errorf("got %s, want host(…)", got(v))
	}
	r.Host = h
	return nil
}

// hostName is the name of a host or its address.
type hostName string

// Unpack accepts a name as it can be looked up or be in an ssh configuration.
func (n *hostName) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("got %s, want string", v.Type())
	}
	if err := checkName(s); err != nil {
		return err
	}
	*n = hostName(s)
	return nil
}
