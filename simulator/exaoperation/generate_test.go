package exaoperation

import (
	"time"

	"pgregory.net/rapid"

	"runbook/effect"
)

// A step is a call after a while.
type step struct {
	after time.Duration
	call  Call
}

// Objects and values that a random call may mean.
var (
	somePaths = []string{
		"/cluster1", "/cluster1/", "/cluster1//storage", "/cluster1/storage", "/cluster1/db_exa_db1", "/cluster1/db_two", "/cluster1/logservice1",
		"/cluster1/n0011", "/cluster1/n0012", "/cluster1/n0010", "/cluster1/users", "/cluster1/n0011/d00_os", "/", "", "/cluster1/nowhere",
	}
	someValues = []effect.Value{
		"n0010", "n0011", "n0012", "n11", "", "exa_db1", "Monitoring.Example-1.0", "START", "STOP", "UNINSTALL", "v0000", "v0002", "Backup", "blocking",
		"2 exa_db1/id_1/level_0 exa_db1", "exa_db1/id_1/level_0", "2030-01-01 00:00:00", "Nodes", "Volumes", "1w", "tag", "Administrator", "db_exa_db1", "2",
		int64(0), int64(1), int64(2), int64(11), int64(-1), int64(1 << 40), nil, true, 1.5, effect.Bytes("x"), time.Unix(0, 0).UTC(),
		[]effect.Value{},
		[]effect.Value{"n0012"},
		[]effect.Value{int64(1), "v0002"},
		effect.Struct{},
		effect.Struct{{Name: "database_name", Value: "new"}, {Name: "data_volume", Value: "v0000"}},
		effect.Struct{{Name: "user_login", Value: "u"}, {Name: "password", Value: "p"}},
		effect.Struct{{Name: "clients_port_number", Value: int64(1)}, {Name: "comment", Value: "c"}},
	}
)

func someMethods() []string {
	all := []string{"storage.startEXAStorage", "db_exa_db1.startDatabase", "powerOffLicenseServer", "no.such", "", ".", "uploadFile"}
	for kind := range appendix {
		all = append(all, namesOf(objectKind(kind))...)
	}
	return all
}

// Calls that do something; their arguments are right.
var goodCalls = []Call{
	{Method: "startupNode", Args: []effect.Value{"n0011"}},
	{Method: "startupNode", Args: []effect.Value{"n0012"}},
	{Method: "startupNode", Args: []effect.Value{"n0013"}},
	{Method: "n0014.startupNode"},
	{Method: "n0012.setWipeMode"},
	{Method: "n0012.rebootNode"},
	{Method: "n0013.stopClusterServices"},
	{Method: "n0013.startClusterServices"},
	{Method: "shutdownNode", Args: []effect.Value{"n0012"}},
	{Method: "restartLicenseServer", Args: []effect.Value{"n0010"}},
	{Method: "restartEXAoperation", Args: []effect.Value{"n0011"}},
	{Method: "storage.startEXAStorage", Args: []effect.Value{[]effect.Value{"n0012", "n0013", "n0014"}}},
	{Method: "storage.startEXAStorage"},
	{Method: "storage.stopEXAStorage"},
	{Method: "storage.addStorageVolume", Args: []effect.Value{effect.Struct{{Name: "volume_type", Value: "Archive"}}}},
	{Method: "db_exa_db1.startDatabase"},
	{Method: "db_exa_db1.stopDatabase"},
	{Method: "db_two.startDatabase"},
	{Method: "db_two.restartDatabase"},
	{Method: "db_two.backupDatabase", Args: []effect.Value{"v0002", int64(0), "1h"}},
	{Method: "db_exa_db1.restoreDatabase", Args: []effect.Value{int64(1), "blocking"}},
	{Method: "db_exa_db1.getBackups", Args: []effect.Value{true, true}},
	{Method: "callPlugin", Args: []effect.Value{"Monitoring.Example-1.0", "n0010", "STOP"}},
	{Method: "callPlugin", Args: []effect.Value{"Monitoring.Example-1.0", "n0010", "PUT_SNMP_CONFIG", "config"}},
	{Method: "callPlugin", Args: []effect.Value{"Monitoring.Example-1.0", "n10", "GET_SNMP_CONFIG"}},
	{Method: "logservice1.logEntriesTagged", Args: []effect.Value{"tag"}},
	{Method: "grantRole", Args: []effect.Value{"", "1", "Supervisor"}},
	{Method: "grantRole", Args: []effect.Value{"db_two", "2", "Supervisor"}},
	{Method: "addUser", Args: []effect.Value{effect.Struct{{Name: "user_login", Value: "u"}, {Name: "password", Value: "p"}}}},
	{Method: "addDatabase", Args: []effect.Value{effect.Struct{{Name: "database_name", Value: "new"}, {Name: "data_volume", Value: "v0000"}}}},
	{Method: "db_new.createDatabase"},
	{Method: "addJDBCDriver", Args: []effect.Value{effect.Struct{{Name: "jdbc_name", Value: "d"}}}},
}

func drawStep(t *rapid.T, methods []string) step {
	s := step{call: Call{User: "admin", Password: "admin", Authenticated: true}}
	s.after = time.Duration(rapid.IntRange(0, 600).Draw(t, "after")) * time.Second
	if rapid.Bool().Draw(t, "good") {
		good := rapid.SampledFrom(goodCalls).Draw(t, "call")
		s.call.Path, s.call.Method, s.call.Args = "/cluster1", good.Method, good.Args
		return s
	}
	s.call.Method = rapid.SampledFrom(methods).Draw(t, "method")
	s.call.Path = rapid.SampledFrom(somePaths).Draw(t, "path")
	if path := home(s.call.Method); path != "" && rapid.IntRange(0, 3).Draw(t, "aim") > 0 {
		s.call.Path = path
	}
	for range rapid.IntRange(0, 4).Draw(t, "count") {
		s.call.Args = append(s.call.Args, rapid.SampledFrom(someValues).Draw(t, "arg"))
	}
	if rapid.IntRange(0, 20).Draw(t, "stranger") == 0 {
		s.call.Password = "x"
	}
	return s
}

// home is the path of an object that has the method, or "".
func home(name string) string {
	switch {
	case search(storageMethods, name) != nil:
		return "/cluster1/storage"
	case search(databaseMethods, name) != nil:
		return "/cluster1/db_exa_db1"
	}
	return ""
}

func drawSteps(t *rapid.T) []step {
	methods := someMethods()
	steps := make([]step, rapid.IntRange(0, 60).Draw(t, "steps"))
	for i := range steps {
		steps[i] = drawStep(t, methods)
	}
	return steps
}

func drawConfig(t *rapid.T) Config {
	cfg := Config{
		Begin:     rapid.SampledFrom([]Begin{Stopped, Running, Cold}).Draw(t, "begin"),
		Plugins:   []Plugin{{Name: "Monitoring.Example-1.0"}},
		Databases: []Database{{Name: "exa_db1", Reserve: []string{"n0014"}, Backups: []Backup{{Age: time.Hour}}}, {Name: "two", Nodes: []string{"n0011"}}},
	}
	if rapid.IntRange(0, 4).Draw(t, "single") == 0 {
		cfg.Nodes = []Node{{Name: "n0010"}}
		cfg.Databases = []Database{{Name: "exa_db1"}}
	}
	for i := range behaviourSettings {
		s := &behaviourSettings[i]
		*s.Field(&cfg.Behaviour) = rapid.SampledFrom(s.Choices).Draw(t, s.Name)
	}
	kinds := []NodeFaultKind{NeverBoots, BootsLate, FallsOver}
	if cfg.Nodes == nil && rapid.Bool().Draw(t, "faults") {
		cfg.Faults.Nodes = []NodeFault{{
			Node: "n0012", Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Late: time.Minute, After: time.Minute, Times: rapid.IntRange(0, 2).Draw(t, "times"),
		}}
		cfg.Faults.Databases = []DatabaseFault{{Database: "exa_db1", Kind: Busy, At: time.Hour}, {Database: "two", Kind: Disappears, At: 2 * time.Hour}}
		cfg.Faults.Interface = []InterfaceFault{{Kind: Moves, From: time.Hour, Node: "n0011"}, {Kind: Gateway, From: 3 * time.Hour, For: time.Minute}}
	}
	return cfg
}
