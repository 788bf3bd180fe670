package host

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.starlark.net/starlark"

	"runbook/builtins/value"
	"runbook/effect"
)

// What holds where a script says nothing else.
const (
	DefaultTimeout        = time.Minute      // longest life of a command
	DefaultKeepAlive      = 15 * time.Second // between two signs of life on an idle connection
	DefaultConnectTimeout = 10 * time.Second // longest time until a connection stands
	DefaultKeys           = ".runbook"       // directory below the user's home for the keys of changes
)

// A Transport is how a host is reached. The same one may serve many hosts.
type Transport struct {
	local   bool
	address string // "" for the host's name
	port    int    // 0 for what the configuration says
	keyed   bool
	common  effect.Peer // of all hosts that are reached so; without Address and System
}

var _ starlark.Value = (*Transport)(nil)

func (t *Transport) String() string        { return "<transport " + t.scheme() + ">" }
func (t *Transport) Type() string          { return "transport" }
func (t *Transport) Freeze()               {}
func (t *Transport) Truth() starlark.Bool  { return true }
func (t *Transport) Hash() (uint32, error) { return starlark.String(t.scheme()).Hash() }

func (t *Transport) scheme() string {
	if t.local {
		return "local"
	}
	return "ssh"
}

// SSH makes a transport over SSH: nothing is sent.
func SSH(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var o sshOptions
	life, alive, connect := period(DefaultTimeout), period(DefaultKeepAlive), period(DefaultConnectTimeout)
	k := Keys(DefaultKeys)
	pairs := []any{
		"address??", &o.address, "user??", &o.user, "port??", &o.port, "identity?", &o.identity, "jump??", &o.jump,
		"config??", &o.config, "known_hosts?", &o.knownHosts, "passphrase?", &o.passphrase,
		"keep_alive?", &alive, "connect_timeout?", &connect, "timeout?", &life, "keys?", &k,
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
		return nil, err
	}
	if err := o.check(given(args, kwargs, pairs)); err != nil {
		return nil, fmt.Errorf("%s: for parameter %w", b.Name(), err)
	}
	t := &Transport{address: o.address, port: o.port, keyed: k.on()}
	t.common = effect.Peer{User: o.user, Secret: o.passphrase.Secret, Timeout: life.Duration.Duration()}
	s := &t.common.Options
	add(s, "identity", words(o.identity), len(o.identity) > 0)
	add(s, "jump", o.jump, o.jump != "")
	add(s, "config", o.config, o.config != "")
	add(s, "known_hosts", words(o.knownHosts), len(o.knownHosts) > 0)
	add(s, "keep_alive", int64(alive.Duration), alive != period(DefaultKeepAlive))
	add(s, "connect_timeout", int64(connect.Duration), connect != period(DefaultConnectTimeout))
	k.option(s)
	return t, nil
}

// Local makes the transport to the machine that runbook itself runs on.
func Local(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	life, k := period(DefaultTimeout), Keys(DefaultKeys)
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "timeout?", &life, "keys?", &k); err != nil {
		return nil, err
	}
	t := &Transport{local: true, keyed: k.on()}
	t.common.Timeout = life.Duration.Duration()
	k.option(&t.common.Options)
	return t, nil
}

// plain is ssh() as it is without arguments.
func plain() *Transport {
	return &Transport{keyed: true, common: effect.Peer{Timeout: DefaultTimeout}}
}

// peer is whom a host of that name is.
func (t *Transport) peer(name string) *effect.Peer {
	p := t.common
	if t.local {
		p.Address, p.System = "local:", "localhost"
		return &p
	}
	at := name
	if t.address != "" {
		at = t.address
	}
	if strings.Contains(at, ":") { // an IPv6 address
		at = "[" + at + "]"
	}
	if t.port != 0 {
		at += ":" + strconv.Itoa(t.port)
	}
	p.Address, p.System = "ssh:"+at, at
	return &p
}

// given are the parameters that have a value, by name.
func given(args starlark.Tuple, kwargs []starlark.Tuple, pairs []any) map[string]bool {
	names := map[string]bool{}
	for i, v := range args {
		names[strings.TrimRight(pairs[2*i].(string), "?")] = v != starlark.None
	}
	for _, kv := range kwargs {
		names[string(kv[0].(starlark.String))] = kv[1] != starlark.None
	}
	return names
}

// sshOptions are the arguments of ssh that are not checked by their types.
type sshOptions struct {
	address, user, jump, config string
	port                        int
	identity, knownHosts        value.Strings
	passphrase                  value.Secret
}

// check refuses what can be no address, user, port or file.
func (o *sshOptions) check(given map[string]bool) error {
	if given["address"] {
		if err := checkName(o.address); err != nil {
			return fmt.Errorf("address: %w", err)
		}
	}
	if given["port"] && (o.port < 1 || o.port > 65535) {
		return fmt.Errorf("port: got %d, want 1 to 65535", o.port)
	}
	if given["user"] && !isWord(o.user) {
		return fmt.Errorf("user: got %q, want the name of a user", o.user)
	}
	if given["jump"] && !isWord(o.jump) {
		return fmt.Errorf("jump: got %q, want [USER@]HOST[:PORT], several joined by commas", o.jump)
	}
	if given["config"] && (o.config == "" || value.CheckText(o.config) != nil) {
		return fmt.Errorf(`config: got %q, want a file, or "none" for none`, o.config)
	}
	if err := checkFiles(o.identity); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := checkFiles(o.knownHosts); err != nil {
		return fmt.Errorf("known_hosts: %w", err)
	}
	return nil
}

func checkFiles(files value.Strings) error {
	for i, f := range files {
		if f == "" || value.CheckText(f) != nil {
			return fmt.Errorf("[%d]: got %q, want a file", i, f)
		}
	}
	return nil
}

// isWord reports whether a text can be a name of something.
func isWord(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, blank)
}

// checkName refuses what is no name of a host, and says where its parts belong.
func checkName(s string) error {
	switch {
	case strings.Contains(s, "@"):
		return fmt.Errorf("got %q, want the name of a host, and the user in user=", s)
	case strings.ContainsAny(s, `/\'"`), !isWord(s):
		return fmt.Errorf("got %q, want the name of a host", s)
	case strings.Count(s, ":") == 1, strings.HasPrefix(s, "["):
		return fmt.Errorf("got %q, want the name of a host, and the port in port=", s)
	}
	return value.CheckText(s)
}

func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}

// Keys is the directory on a host where changes leave their keys; "" for none.
type Keys string

// Unpack accepts the name of a directory, or False.
func (k *Keys) Unpack(v starlark.Value) error {
	if v == starlark.False {
		*k = ""
		return nil
	}
	s, ok := starlark.AsString(v)
	if !ok || s == "" || strings.ContainsFunc(s, unicode.IsControl) || value.CheckText(s) != nil {
		return fmt.Errorf("got %s, want a directory on the host, or False for none", v)
	}
	*k = Keys(s)
	return nil
}

func (k Keys) on() bool { return k != "" }

// option is what the performer is told, if it is not the default.
func (k Keys) option(s *effect.Struct) {
	add(s, "keys", false, !k.on())
	add(s, "keys", string(k), k.on() && k != DefaultKeys)
}

// add appends a field where it is wanted.
func add(s *effect.Struct, name string, v effect.Value, wanted bool) {
	if wanted {
		*s = append(*s, effect.Field{Name: name, Value: v})
	}
}

func words(list []string) []effect.Value {
	values := make([]effect.Value, len(list))
	for i, s := range list {
		values[i] = s
	}
	return values
}

func period(d time.Duration) value.Period { return value.Period{Duration: value.Duration(d)} }
