// Package xmlrpc is the family of builtins that speak XML-RPC: a server, and
// proxies of its objects on which every attribute is a remote method.
//
//	cluster = xmlrpc.server("https://10.0.0.10/cluster1", user = "admin", password = secret(env = "EXA_PASSWORD"), reads = ["get*"])
//	nodes = cluster.getNodeList()
//	cluster.at("storage").startEXAStorage(recover = storage_started)
//
// A call is a request and nothing more: credentials, certificates and
// connections belong to the effect.Peer that all calls of a server share.
package xmlrpc

import (
	"fmt"
	"net/url"
	"sort"
	"strings"

	_ "embed"

	"go.starlark.net/starlark"

	"runbook/builtins/value"
	"runbook/effect"
	"runbook/interpreter"
)

// Doc is the family's documentation: Starlark stubs.
//
//go:embed doc.star
var Doc string

// options are the arguments that say how to reach a server.
type options struct {
	url, user           string
	password            value.Secret
	caFile, fingerprint string
	insecure            bool
	timeout, settle     value.Duration
	connections         int
	reads               value.Patterns
	recovery            value.Recover
}

// pairs are the options for UnpackArgs. The first must be given.
func (o *options) pairs() []any {
	return []any{
		"url", &o.url, "user??", &o.user, "password?", &o.password, "ca_file??", &o.caFile,
		"fingerprint??", &o.fingerprint, "insecure?", &o.insecure, "timeout?", &o.timeout,
		"settle??", &o.settle, "connections?", &o.connections, "reads??", &o.reads, "recover?", &o.recovery,
	}
}

// Server makes a server: nothing is sent.
func Server(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var o options
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, o.pairs()...); err != nil {
		return nil, err
	}
	p, err := o.proxy()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return p, nil
}

// proxy makes the proxy of the server's root object.
func (o *options) proxy() (*Proxy, error) {
	u, err := url.Parse(o.url)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("for parameter url: got %s, want http://HOST/PATH or https://HOST/PATH", redacted(o.url))
	}
	if u.User != nil {
		return nil, fmt.Errorf("for parameter url: got a user or password in it, want them in user= and password=")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("for parameter url: got %q, want no ? and no #", o.url)
	}
	if o.user == "" && !o.password.IsZero() {
		return nil, fmt.Errorf("for parameter password: got a password without a user=")
	}
	if o.connections < 0 {
		return nil, fmt.Errorf("for parameter connections: got %d, want a number that is not negative", o.connections)
	}
	timeout := o.timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	settle := o.settle
	if settle == 0 {
		settle = timeout
	}
	u.Path = strings.TrimRight(u.Path, "/")
	return &Proxy{
		peer: &effect.Peer{
			Address: u.String(), System: u.Host + u.Path, User: o.user, Secret: o.password.Secret,
			Timeout: timeout.Duration(), Settle: settle.Duration(), Options: o.transport(),
		},
		target: u.String(), reads: o.reads, recovery: o.recovery,
	}, nil
}

// transport are the options that only the performer knows.
func (o *options) transport() effect.Struct {
	var s effect.Struct
	if o.caFile != "" {
		s = append(s, effect.Field{Name: "ca_file", Value: o.caFile})
	}
	if o.fingerprint != "" {
		s = append(s, effect.Field{Name: "fingerprint", Value: o.fingerprint})
	}
	if o.insecure {
		s = append(s, effect.Field{Name: "insecure", Value: true})
	}
	if o.connections > 0 {
		s = append(s, effect.Field{Name: "connections", Value: int64(o.connections)})
	}
	return s
}

// redacted is a URL for a message, without what may be a password in it.
func redacted(s string) string {
	if i := strings.LastIndex(s, "@"); i >= 0 {
		return fmt.Sprintf("%q", "…"+s[i:])
	}
	return fmt.Sprintf("%q", s)
}

// A Proxy stands for one remote object: every attribute that is not at, call
// or url is a remote method.
type Proxy struct {
	peer     *effect.Peer
	target   string
	reads    value.Patterns
	recovery value.Recover
}

var _ starlark.HasAttrs = (*Proxy)(nil)

func (p *Proxy) String() string        { return fmt.Sprintf("<xmlrpc %s>", p.target) }
func (p *Proxy) Type() string          { return "xmlrpc.proxy" }
func (p *Proxy) Freeze()               {}
func (p *Proxy) Truth() starlark.Bool  { return true }
func (p *Proxy) Hash() (uint32, error) { return starlark.String(p.target).Hash() }

// Peer is whom the proxy talks to.
func (p *Proxy) Peer() *effect.Peer { return p.peer }

var proxyMethods = map[string]func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
	"at":   at,
	"call": callNamed,
}

// Attr returns at, call, url, or the remote method of that name.
func (p *Proxy) Attr(name string) (starlark.Value, error) {
	if fn := proxyMethods[name]; fn != nil {
		return starlark.NewBuiltin("proxy."+name, fn).BindReceiver(p), nil
	}
	if name == "url" {
		return starlark.String(p.target), nil
	}
	return &method{proxy: p, name: name}, nil
}

// AttrNames lists what is not a remote method.
func (p *Proxy) AttrNames() []string {
	names := []string{"url"}
	for n := range proxyMethods {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// at is the proxy of another object of the same server.
func at(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "path", &path); err != nil {
		return nil, err
	}
	p := *b.Receiver().(*Proxy)
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return nil, fmt.Errorf("%s: for parameter path: got %q, want the names of objects joined by /", b.Name(), path)
		}
		p.target += "/" + url.PathEscape(part)
	}
	return &p, nil
}

// method is a remote method of a proxy.
type method struct {
	proxy *Proxy
	name  string
}

var _ starlark.Callable = (*method)(nil)

func (m *method) Name() string { return m.name }
func (m *method) String() string {
	return fmt.Sprintf("<xmlrpc method %s of %s>", m.name, m.proxy.target)
}
func (m *method) Type() string          { return "xmlrpc.method" }
func (m *method) Freeze()               {}
func (m *method) Truth() starlark.Bool  { return true }
func (m *method) Hash() (uint32, error) { return starlark.String(m.proxy.target + "." + m.name).Hash() }

// CallInternal performs the call.
func (m *method) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return m.proxy.invoke(t, starlark.NewBuiltin(m.name, nil), m.name, args, kwargs)
}

// callNamed performs a call whose method's name is a value, or is not an identifier.
func callNamed(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: missing argument for method", b.Name())
	}
	name, ok := starlark.AsString(args[0])
	if !ok || name == "" {
		return nil, fmt.Errorf("%s: for parameter method: got %s, want the name of a method", b.Name(), args[0])
	}
	return b.Receiver().(*Proxy).invoke(t, b, name, args[1:], kwargs)
}

// invoke makes the request of one call. Positional arguments are the method's;
// keyword arguments say how to call it.
func (p *Proxy) invoke(t *starlark.Thread, b *starlark.Builtin, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r := effect.Request{Kind: effect.KindXMLRPC, Target: p.target, Operation: name, Peer: p.peer, Class: effect.Change}
	read, policy := p.reads.Match(name), p.recovery
	if len(kwargs) > 0 {
		var timeout value.Duration
		if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "reads??", &read, "timeout??", &timeout,
			"recover??", &policy, "disconnects?", &policy.Disconnect); err != nil {
			return nil, err
		}
		r.Timeout = timeout.Duration()
	}
	if read {
		r.Class = effect.Read
	}
	if len(args) > 0 {
		r.Args = make([]effect.Value, len(args))
		for i, a := range args {
			v, err := interpreter.FromStarlark(a)
			if err != nil {
				return nil, fmt.Errorf("%s: argument %d: %w", b.Name(), i+1, err)
			}
			r.Args[i] = v
		}
	}
	v, err := interpreter.Do(t, b, r, policy.Policy)
	if err != nil {
		return nil, err
	}
	return interpreter.ToStarlark(v), nil
}
