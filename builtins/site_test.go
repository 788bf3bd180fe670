package builtins_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"runbook/builtins"
	"runbook/interpreter"
)

func TestLoadSite(t *testing.T) {
	t.Parallel()
	const two = `
a = exaoperation(name = "a", url = "https://10.0.0.1/cluster1")
b = exaoperation(name = "b", url = "https://10.0.0.2/cluster1", user = "admin", password = secret(env = "P"))
systems = [b, a]
`
	site, err := builtins.LoadSite(engineOf(interpreter.Bundle{"site.star": []byte(two)}), "site.star")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range site.Systems {
		names = append(names, s.Name()+" "+strings.Join(s.Places(), ", "))
	}
	if got, want := strings.Join(names, ", "), "b 10.0.0.2/cluster1, a 10.0.0.1/cluster1"; got != want {
		t.Errorf("systems: got %s, want %s", got, want)
	}
	if got := site.Value().String(); !strings.Contains(got, "exasol = [<exaoperation b>, <exaoperation a>]") {
		t.Errorf("value: got %s, want both systems in their order", got)
	}
	if (*builtins.Site)(nil).Value() != nil {
		t.Error("value of no site: want none")
	}
}

// rhinoSite is the beginning of sites with Rhino clusters.
const rhinoSite = `
def cluster(name, *hosts, home = "/opt/rhino"):
    return rhino.cluster(name = name, home = home, nodes = [rhino.node(101 + i, h) for i, h in enumerate(hosts)])

h1, h2, h3 = [host("h%d" % i) for i in (1, 2, 3)]
exa = exaoperation(name = "exa", url = "https://10.0.0.1/cluster1")
`

// TestLoadSiteKinds: systems of several kinds stay in their order, and each
// host is there once: the site's own first.
func TestLoadSiteKinds(t *testing.T) {
	t.Parallel()
	const src = rhinoSite + `
hosts = [h3, host("gate", local())]
systems = [cluster("b", h2, host("h1")), exa, cluster("a", h1, h3, host("alias", ssh("h3")), home = "/opt/other")]
`
	site, err := builtins.LoadSite(engineOf(interpreter.Bundle{"site.star": []byte(src)}), "site.star")
	if err != nil {
		t.Fatal(err)
	}
	var systems, hosts []string
	for _, s := range site.Systems {
		systems = append(systems, s.Kind()+" "+s.Name()+" "+strings.Join(s.Places(), " "))
	}
	for _, h := range site.Hosts {
		hosts = append(hosts, h.Name()+" "+h.Peer().Address)
	}
	want := []string{"rhino b h2/opt/rhino h1/opt/rhino", "exasol exa 10.0.0.1/cluster1", "rhino a h1/opt/other h3/opt/other"}
	if diff := cmp.Diff(want, systems); diff != "" {
		t.Errorf("systems: %s", diff)
	}
	if diff := cmp.Diff([]string{"h3 ssh:h3", "gate local:", "h2 ssh:h2", "h1 ssh:h1", "alias ssh:h3"}, hosts); diff != "" {
		t.Errorf("hosts: %s", diff)
	}
	if e, r := site.Exasol(), site.Rhino(); len(e) != 1 || e[0].Name() != "exa" || len(r) != 2 || r[0].Name() != "b" || r[1].Name() != "a" {
		t.Errorf("got %v and %v, want exa, and b before a", e, r)
	}
	for _, want := range []string{
		"exasol = [<exaoperation exa>]", "rhino = [<rhino.cluster b>, <rhino.cluster a>]", "hosts = [<host h3>, <host gate>, <host h2>, <host h1>, <host alias>]",
		"systems = [<rhino.cluster b>, <exaoperation exa>, <rhino.cluster a>]",
	} {
		if got := site.Value().String(); !strings.Contains(got, want) {
			t.Errorf("value: got %s, want %s in it", got, want)
		}
	}
}

// TestLoadSiteRefusesClusters: what would be mistaken for another is refused, by name.
func TestLoadSiteRefusesClusters(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`systems = [cluster("a", h1), cluster("a", h2)]`:                                         `systems[1]: got a second system named "a", want a name of its own`,
		`systems = [exa, cluster("exa", h1)]`:                                                    `systems[1]: got a second system named "exa", want a name of its own`,
		`systems = [cluster("a", h1, h2), cluster("b", h2)]`:                                     `systems[1]: got b at h2/opt/rhino, where a is, want a place of its own`,
		`systems = [cluster("a", h1), cluster("b", host("other", ssh(address = "h1")))]`:         `systems[1]: got b at h1/opt/rhino, where a is, want a place of its own`,
		`systems = [cluster("a", h1), cluster("b", host("h1", local()))]`:                        `systems[1]: got another host named "h1", reached in another way, want one or two names`,
		`systems = [cluster("a", h1), cluster("b", host("h1", ssh(port = 23)))]`:                 `systems[1]: got another host named "h1", reached in another way, want one or two names`,
		`systems = [cluster("a", h1), cluster("b", host("h1", ssh(user = "u")), home = "/x")]`:   `systems[1]: got another host named "h1", reached in another way, want one or two names`,
		`systems = [cluster("a", h1), cluster("b", host("h1", ssh(keys = False)), home = "/x")]`: `systems[1]: got another host named "h1", reached in another way, want one or two names`,
		"hosts = [host(\"h1\", local())]\nsystems = [cluster(\"a\", h1)]":                        `systems[0]: got another host named "h1", reached in another way, want one or two names`,
		"hosts = [h1, host(\"h1\")]\nsystems = []":                                               `hosts[1]: got a second host named "h1", want a name of its own`,
		"hosts = [\"h1\"]\nsystems = []":                                                         `hosts[0]: got the string "h1", want host(…)`,
		"hosts = [ssh()]\nsystems = []":                                                          `hosts[0]: got transport, want host(…)`,
		"hosts = h1\nsystems = []":                                                               `hosts: got host, want hosts = [host(…), …]`,
		"systems = [h1]":                                                                         `systems[0]: got host, want exaoperation(…) or rhino.cluster(…)`,
	} {
		_, err := builtins.LoadSite(engineOf(interpreter.Bundle{"site.star": []byte(rhinoSite + src)}), "site.star")
		if err == nil || err.Error() != "site.star: "+want {
			t.Errorf("%s: got %v, want site.star: %s", src, err, want)
		}
	}
	for src, want := range map[string]string{
		`systems = [cluster("a", "h1")]`:               `got the string "h1", want host(…)`,
		`systems = [cluster("a", h1, home = "rhino")]`: `got "rhino", want an absolute path`,
		`systems = [cluster("a")]`:                     `got no nodes, want at least one`,
		`systems = [rhino.cluster(name = "a", home = "/o", nodes = [rhino.node(1, h1), rhino.node(1, h2)])]`: `got a second node 1, want an id of its own`,
		`systems = [cluster("a", h1, host("h1", local()))]`:                                                  `nodes: [1]: got another host named "h1", reached in another way, want one or two names`,
		`systems = [rhino.cluster(name = "a", home = "/o", nodes = [rhino.node(1, h1, quorum = True)])]`:     `got quorum nodes only, want at least one event-router node`,
	} {
		_, err := builtins.LoadSite(engineOf(interpreter.Bundle{"site.star": []byte(rhinoSite + src)}), "site.star")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
	}
}

func TestLoadSiteRefuses(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"hosts = 1":     "site.star: hosts: got int, want hosts = [host(…), …]",
		"x = 1":         "site.star: got no list of systems, want systems = [exaoperation(…), rhino.cluster(…), …]",
		"systems = 3":   "site.star: got no list of systems, want systems = [exaoperation(…), rhino.cluster(…), …]",
		"systems = [3]": "site.star: systems[0]: got int, want exaoperation(…) or rhino.cluster(…)",
		"systems = [exaoperation(name = n, url = \"http://h/c\") for n in (\"a\", \"b\")]":           "site.star: systems[1]: got b at h/c, where a is, want a place of its own",
		"systems = [exaoperation(name = \"a\", url = \"http://h/\" + n) for n in (\"a\", \"b\")]":    `site.star: systems[1]: got a second system named "a", want a name of its own`,
		"systems = [exaoperation(name = \"a\", url = \"ftp://h\")]":                                  `exaoperation: for parameter url: got "ftp://h", want http://HOST/PATH or https://HOST/PATH`,
		"systems = [exaoperation(name = \"a\", url = \"http://h/c\").server.getNodeList()]\nx = 1\n": "getNodeList: the top level of a file can have no effects; call it in a function",
	} {
		site, err := builtins.LoadSite(engineOf(interpreter.Bundle{"site.star": []byte(src)}), "site.star")
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", src, err, want)
		}
		if site == nil || site.Program == nil || site.Value() != nil {
			t.Errorf("%s: want the program and no value", src)
		}
	}
}
