package xmlrpc

import (
	"fmt"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"runbook/builtins/value"
)

// DefaultTimeout is the longest life of a call when a server names none.
const DefaultTimeout = value.Duration(30 * time.Second)

// EXAoperationReads are the methods of EXAoperation that only read, by name.
// They are the reading ones among those of a live 6.x system; callPlugin and
// what is not listed count as changes.
var EXAoperationReads = value.Patterns{
	"get*", "list*", "show*", "have*", "need*", "method*", "exist*", "logEntries", "logEntriesTagged",
	"serviceIsOnline", "serviceHasAutoRestartFlag", "storageHasQuorum", "nodeRunning", "runningDatabase",
	"stateDatabase", "operationGetCurrent", "numberOfAvailableNodes", "objectRepresentation", "clusterDesc",
	"nodesInformation", "nodesListInformation", "checkNodeDiskInformation", "backupInfo",
}

// EXAoperation describes one Exasol cluster of a site: a system with a name,
// its server, its license servers and the plugins that are to run on it.
func EXAoperation(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o := options{reads: EXAoperationReads}
	var name string
	logservice := "logservice1"
	servers, plugins := value.Strings{"n0010"}, value.Strings{}
	pairs := append([]any{"name", &name}, o.pairs()...)
	pairs = append(pairs, "license_servers?", &servers, "plugins?", &plugins, "logservice?", &logservice)
	if len(args) > 0 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want keyword arguments such as name=", b.Name(), len(args))
	}
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, pairs...); err != nil {
		return nil, err
	}
	if name == "" || len(servers) == 0 {
		return nil, fmt.Errorf("%s: got no name or no license servers, want both", b.Name())
	}
	p, err := o.proxy()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return &System{name: name, Server: p, LicenseServers: servers, Plugins: plugins, fields: starlarkstruct.FromStringDict(starlark.String("exaoperation"), starlark.StringDict{
		"name": starlark.String(name), "kind": starlark.String("exasol"), "url": starlark.String(p.target), "server": p,
		"license_servers": list(servers), "plugins": list(plugins),
		"logservice": starlark.String(logservice), "settle": startime.Duration(p.peer.Settle),
	})}, nil
}

func list(l value.Strings) *starlark.List {
	elems := make([]starlark.Value, len(l))
	for i, s := range l {
		elems[i] = starlark.String(s)
	}
	return starlark.NewList(elems)
}

// A System is one Exasol cluster of a site.
type System struct {
	name   string
	Server *Proxy

	LicenseServers, Plugins []string
	fields                  *starlarkstruct.Struct
}

var _ starlark.HasAttrs = (*System)(nil)

func (s *System) String() string        { return fmt.Sprintf("<%s %s>", s.Type(), s.name) }
func (s *System) Type() string          { return "exaoperation" }
func (s *System) Freeze()               { s.fields.Freeze() }
func (s *System) Truth() starlark.Bool  { return true }
func (s *System) Hash() (uint32, error) { return starlark.String(s.name).Hash() }

// Name is what the site calls it.
func (s *System) Name() string { return s.name }

// Kind is "exasol".
func (s *System) Kind() string { return "exasol" }

// Places is its address without scheme: no two systems are at one place.
func (s *System) Places() []string { return []string{s.Server.peer.System} }

// Attr returns name, kind, url, server, license_servers, plugins, logservice or settle.
func (s *System) Attr(name string) (starlark.Value, error) { return s.fields.Attr(name) }

// AttrNames lists the attributes.
func (s *System) AttrNames() []string { return s.fields.AttrNames() }
