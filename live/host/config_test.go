package host

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
)

// routeOf resolves a peer in a home with the files.
func routeOf(t *testing.T, p *effect.Peer, files map[string]string, env map[string]string) (*route, *Client, []string, error) {
	t.Helper()
	var warned []string
	home := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(home, name), text)
	}
	c := New(Options{
		Home: home, System: filepath.Join(home, "etc"), Env: func(name string) string { return env[name] },
		Warn: func(text string) { warned = append(warned, strings.ReplaceAll(text, home, "HOME")) },
	})
	w, err := newWish(p)
	if err != nil {
		return nil, c, nil, err
	}
	r, err := c.route(w, nil)
	return r, c, warned, err
}

func TestRoute(t *testing.T) {
	t.Parallel()
	const config = ".ssh/config"
	for _, c := range []struct {
		name  string
		peer  effect.Peer
		files map[string]string
		env   map[string]string
		show  func(r *route) []any
		want  string
	}{
		{
			"defaults",
			effect.Peer{Address: "ssh:h"},
			nil, nil,
			func(r *route) []any {
				return []any{r.host, r.port, r.lookup, r.identities, r.named, r.only, r.known, r.connect, r.keepAlive, r.misses}
			},
			"h 22 h:22 [HOME/.ssh/id_ed25519 HOME/.ssh/id_ecdsa HOME/.ssh/id_rsa] false false " +
				"[HOME/.ssh/known_hosts HOME/.ssh/known_hosts2 HOME/etc/ssh_known_hosts HOME/etc/ssh_known_hosts2] 10s 15s 1",
		},
		{
			"a host's block, then all's",
			effect.Peer{Address: "ssh:db1"},
			map[string]string{config: "Host db* !db2\n  HostName=%h.example.com\n  Port 2222\n  User = ops\nHost *\n  User nobody\n  Port 22\n"},
			nil,
			func(r *route) []any { return []any{r.host, r.port, r.user, r.lookup} },
			"db1.example.com 2222 ops db1.example.com:2222",
		},
		{
			"the script wins",
			effect.Peer{Address: "ssh:h:99", User: "me", Options: how("identity", []effect.Value{"~/mine"}, "known_hosts", []effect.Value{"~/k"}, "keep_alive", int64(time.Minute), "connect_timeout", int64(time.Second))},
			map[string]string{config: "Host *\nUser x\nPort 1\nIdentityFile ~/other\nUserKnownHostsFile /o\nServerAliveInterval 5\nServerAliveCountMax 4\nConnectTimeout 7\n"},
			nil,
			func(r *route) []any {
				return []any{r.port, r.user, r.identities, r.only, r.known, r.keepAlive, r.misses, r.connect}
			},
			"99 me [HOME/mine] true [HOME/k] 1m0s 1 1s",
		},
		{
			"the user's file before the system's",
			effect.Peer{Address: "ssh:h"},
			map[string]string{config: "User a\n", "etc/ssh_config": "Host *\n User b\n Port 7\nInclude more/*.conf\n", "etc/more/x.conf": "ConnectTimeout 3\n"},
			nil,
			func(r *route) []any { return []any{r.user, r.port, r.connect} }, "a 7 3s",
		},
		{
			"another file, alone",
			effect.Peer{Address: "ssh:h", Options: how("config", "~/conf")},
			map[string]string{"conf": "Port 8\n", config: "User a\n", "etc/ssh_config": "ConnectTimeout 3\n"},
			nil,
			func(r *route) []any { return []any{r.port, r.connect} }, "8 10s",
		},
		{
			"none",
			effect.Peer{Address: "ssh:h", Options: how("config", "none")},
			map[string]string{config: "Port 8\n"},
			nil,
			func(r *route) []any { return []any{r.port} }, "22",
		},
		{
			"tokens",
			effect.Peer{Address: "ssh:h", User: "u"},
			map[string]string{config: "HostName real\nPort 5\nIdentityFile %d/keys/%r@%h:%p-%n%%\nIdentityFile \"~/a b\"\nIdentityFile ${KEYS}/x\nIdentitiesOnly yes\nCertificateFile ~/c\n"},
			map[string]string{"KEYS": "/k"},
			func(r *route) []any { return []any{r.identities, r.named, r.only, r.certs} },
			"[HOME/keys/u@real:5-h% HOME/a b /k/x] true true [HOME/c]",
		},
		{
			"known hosts",
			effect.Peer{Address: "ssh:H"},
			map[string]string{config: "UserKnownHostsFile ~/k1 \"~/k 2\"\nGlobalKnownHostsFile none\nHostKeyAlias other\nPort 9\n"},
			nil,
			func(r *route) []any { return []any{r.known, r.lookup} }, "[HOME/k1 HOME/k 2] other:22",
		},
		{
			"agent",
			effect.Peer{Address: "ssh:h"},
			map[string]string{config: "IdentityAgent $SOCK\n"},
			map[string]string{"SOCK": "/s", "SSH_AUTH_SOCK": "/no"},
			func(r *route) []any { return []any{r.agent} }, "/s",
		},
		{
			"no agent",
			effect.Peer{Address: "ssh:h"},
			map[string]string{config: "IdentityAgent none\n"},
			map[string]string{"SSH_AUTH_SOCK": "/no"},
			func(r *route) []any { return []any{r.agent == ""} }, "true",
		},
		{
			"the environment's agent",
			effect.Peer{Address: "ssh:h"},
			nil,
			map[string]string{"SSH_AUTH_SOCK": "/s"},
			func(r *route) []any { return []any{r.agent} }, "/s",
		},
		{
			"match",
			effect.Peer{Address: "ssh:h"},
			map[string]string{config: "Match host h,g\n User a\nMatch final all\n Port 3\nMatch canonical all\n Port 4\nMatch originalhost x\n Port 5\n"},
			nil,
			func(r *route) []any { return []any{r.user, r.port} }, "a 3",
		},
		{
			"an include is as conditional as its place",
			effect.Peer{Address: "ssh:h"},
			map[string]string{config: "Host other\n Include one\nHost h\n Include two\n Port 4\n", ".ssh/one": "User bad\n", ".ssh/two": "Host x\n User bad\nHost h\n User good\n"},
			nil,
			func(r *route) []any { return []any{r.user, r.port} }, "good 4",
		},
		{
			"jump with its own settings",
			effect.Peer{Address: "ssh:h"},
			map[string]string{config: "Host h\n ProxyJump me@j:44\n ProxyCommand never\nHost j\n HostName jump\n User x\n ConnectTimeout 2\n"},
			nil,
			func(r *route) []any { return []any{r.jump.host, r.jump.port, r.jump.user, r.jump.connect} }, "jump 44 me 2s",
		},
		{
			"no jump",
			effect.Peer{Address: "ssh:h", Options: how("jump", "none")},
			map[string]string{config: "ProxyJump j\n"},
			nil,
			func(r *route) []any { return []any{r.jump == nil} }, "true",
		},
		{
			"an address",
			effect.Peer{Address: "ssh:[::1]:2200"},
			nil, nil,
			func(r *route) []any { return []any{r.host, r.port, r.lookup} }, "::1 2200 [::1]:2200",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, client, _, err := routeOf(t, &c.peer, c.files, c.env)
			if err != nil {
				t.Fatalf("route = %v", err)
			}
			got := strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintln(c.show(r)...), client.options.Home, "HOME"), "\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("route: (-want +got)\n%s", diff)
			}
		})
	}
}

func TestRouteErrors(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		"Port x\n":                 `HOME/.ssh/config:1: port: got "x", want a number`,
		"\nPort 70000\n":           "HOME/.ssh/config:2: port: got 70000, want 1 to 65535",
		"ConnectTimeout soon\n":    `connecttimeout: got "soon", want seconds`,
		"ProxyCommand nc %h %p\n":  "HOME/.ssh/config:1: proxycommand: is not supported, want ProxyJump or jump=",
		"IdentityFile %z\n":        "got the token %z",
		"IdentityFile ${NOT}/x\n":  "environment variable NOT: not set",
		"User \"x\n":               "HOME/.ssh/config:1: got a quote that is not closed",
		"ProxyJump a@\n":           `jump: got "a@", want [USER@]HOST[:PORT]`,
		"Include ~/.ssh/config\n":  "got includes deeper than 16",
		"ServerAliveInterval -1\n": "serveraliveinterval",
	} {
		_, c, _, err := routeOf(t, &effect.Peer{Address: "ssh:h"}, map[string]string{".ssh/config": config}, nil)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), c.options.Home, "HOME"), want) {
			t.Errorf("route with %q = %v, want %s", config, err, want)
		}
	}
	_, _, _, err := routeOf(t, &effect.Peer{Address: "ssh:h", Options: how("config", "/no/such/file")}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "/no/such/file") {
		t.Errorf("route with a missing file = %v, want that", err)
	}
}

// TestCautions points out what is not followed.
func TestCautions(t *testing.T) {
	t.Parallel()
	_, _, warned, err := routeOf(t, &effect.Peer{Address: "ssh:h"}, map[string]string{".ssh/config": "StrictHostKeyChecking no\nMatch exec true\n Port x\n"}, nil)
	want := []string{
		"ssh configuration: HOME/.ssh/config:2: got Match exec true, want Match host or Match all: its block is passed over",
		"ssh configuration: HOME/.ssh/config:1: StrictHostKeyChecking no is not followed: an unknown host key is always refused",
	}
	if diff := cmp.Diff(want, warned); diff != "" || err != nil {
		t.Errorf("route: %v (-want +got)\n%s", err, diff)
	}
}
