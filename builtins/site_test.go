package builtins_test

import (
	"strings"
	"testing"

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

func TestLoadSiteRefuses(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
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
