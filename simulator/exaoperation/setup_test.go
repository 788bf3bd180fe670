package exaoperation

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/effect"
	"runbook/simulator/model"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]Config{
		`base_path: got "/a/b", want one name such as "/cluster1"`:                                         {BasePath: "/a/b"},
		`version: got "7", want X.Y.Z`:                                                                     {Version: "7"},
		`begin: got "half", want one of stopped, running, cold`:                                            {Begin: "half"},
		`behaviour.storage_stop: got "maybe", want one of accept, refuse`:                                  {Behaviour: Behaviour{StorageStop: "maybe"}},
		`nodes: got 1 license servers and 0 nodes, want at least one of each`:                              {Nodes: []Node{}},
		`nodes[0].name: got "node1", want n0011 to n16777215`:                                              {Nodes: []Node{{Name: "node1"}}},
		`nodes[1].name: got "n0011" twice, want every name once`:                                           {Nodes: []Node{{Name: "n0011"}, {Name: "n0011"}}},
		`license_servers[0].name: got "n0011", want n0002 to n0010`:                                        {LicenseServers: []Node{{Name: "n0011"}}},
		`nodes[0].power: got "up", want one of off, booting, on`:                                           {Nodes: []Node{{Name: "n0011", Power: "up"}}},
		`nodes[0].flag: got "new", want one of active, to_install, to_wipe`:                                {Nodes: []Node{{Name: "n0011", Flag: "new"}}},
		`nodes[0].powered_at: got -1s, want a time since the beginning`:                                    {Nodes: []Node{{Name: "n0011", PoweredAt: -time.Second}}},
		`candidates[0]: got "n0099", want a node`:                                                          {Candidates: []string{"n0099"}},
		`master: got "n0011", want one of the candidates`:                                                  {Candidates: []string{"n0010"}, Master: "n0011"},
		`entry: got "x", want a node`:                                                                      {Entry: "x"},
		`users[0].login: got nothing, want a name`:                                                         {Users: []User{{}}},
		`users[0].role: got "King", want one of User, Supervisor, Administrator, Master`:                   {Users: []User{{Login: "a", Role: "King"}}},
		`users[1].login: got "a" twice, want every name once`:                                              {Users: []User{{Login: "a"}, {Login: "a"}}},
		`volumes[0].kind: got "x", want one of data, archive, remote`:                                      {Volumes: []Volume{{Kind: "x"}}},
		`volumes[0].name: got "r0001", want "v0000", or "r0001" for a remote one`:                          {Volumes: []Volume{{Name: "r0001"}}},
		`volumes[1].name: got "v0001" twice, want every name once`:                                         {Volumes: []Volume{{Name: "v0001"}, {Name: "v0001"}}},
		`volumes[0]: got redundancy -1 and size 0, want positive numbers`:                                  {Volumes: []Volume{{Name: "v0001", Redundancy: -1}}},
		`volumes[0].nodes[0]: got "n0010", want a data node`:                                               {Volumes: []Volume{{Name: "v0001", Nodes: []string{"n0010"}}}},
		`databases[0].volume: got "v0009", want a volume`:                                                  {Databases: []Database{{Name: "a", Volume: "v0009"}}},
		`databases[0].name: got "a.b", want a name without dots and slashes`:                               {Databases: []Database{{Name: "a.b"}}},
		`databases[1].name: got "a" twice, want every name once`:                                           {Databases: []Database{{Name: "a"}, {Name: "a"}}},
		`databases[0].state: got "up", want one of none, setup, startup, running, shutdown`:                {Databases: []Database{{Name: "a", State: "up"}}},
		`databases[0].nodes[1]: got "n0011" twice, want every node once`:                                   {Databases: []Database{{Name: "a", Nodes: []string{"n0011", "n0011"}}}},
		`databases[0].reserve[0]: got "x", want a data node`:                                               {Databases: []Database{{Name: "a", Reserve: []string{"x"}}}},
		`databases[0].nodes: got none that is not in reserve, want at least one`:                           {Databases: []Database{{Name: "a", Nodes: []string{"n0011"}, Reserve: []string{"n0011"}}}},
		`databases[0].backups[0].volume: got "v0000", want an archive volume`:                              {Databases: []Database{{Name: "a", Backups: []Backup{{Volume: "v0000"}}}}},
		`plugins[0].name: got "", want a name of its own`:                                                  {Plugins: []Plugin{{}}},
		`plugins[0].state: got "on", want one of not installed, stopped, started`:                          {Plugins: []Plugin{{Name: "p", OnNodes: "on"}}},
		`plugins[0].namespace: got "x", want one of right, wrong`:                                          {Plugins: []Plugin{{Name: "p", Namespace: "x"}}},
		`log_services[0].priority: got "x", want one of Information, Notice, Warning, Error`:               {LogServices: []LogService{{Priority: "x"}}},
		`faults.nodes[0]: got "x", want a node`:                                                            {Faults: Faults{Nodes: []NodeFault{{Node: "x"}}}},
		`faults.nodes[0].kind: got "", want one of never_boots, boots_late, falls_over, suspends, flagged`: {Faults: Faults{Nodes: []NodeFault{{Node: "n0011"}}}},
		`faults.storage[0].kind: got "x", want one of refuses, fails, hangs, lost, stop_hangs`:             {Faults: Faults{Storage: []StorageFault{{Kind: "x"}}}},
		`faults.databases[0].database: got "x", want a database`:                                           {Faults: Faults{Databases: []DatabaseFault{{Database: "x"}}}},
		`faults.interface[0].kind: got "x", want one of unreachable, gateway, moves`:                       {Faults: Faults{Interface: []InterfaceFault{{Kind: "x"}}}},
		`faults.interface[0].node: got "x", want one of the candidates`:                                    {Faults: Faults{Interface: []InterfaceFault{{Kind: Moves, Node: "x"}}}},
		`faults.passwords[0].user: got "x", want a user`:                                                   {Faults: Faults{Passwords: []PasswordFault{{User: "x"}}}},
		`faults.services[0].service: got "x", want one of Loggingd, Lockd, Storaged, DWAd`:                 {Faults: Faults{Services: []ServiceFault{{Service: "x"}}}},
		`faults.plugins[0].plugin: got "x", want a plugin`:                                                 {Faults: Faults{Plugins: []PluginFault{{Plugin: "x"}}}},
		`faults.plugins[0]: got "x", want a node`:                                                          {Plugins: []Plugin{{Name: "p"}}, Faults: Faults{Plugins: []PluginFault{{Plugin: "p", Node: "x"}}}},
		`faults.databases[0].kind: got "x", want one of not_connectible, start_fails, start_hangs, stop_hangs, busy, disappears, crashes`: {
			Faults: Faults{Databases: []DatabaseFault{{Database: "exa_db1", Kind: "x"}}},
		},
	} {
		_, err := New(cfg, 1)
		if err == nil || err.Error() != want {
			t.Errorf("New = %v, want %s", err, want)
		}
	}
}

// Defaults, given back, are the same cluster.
func TestDefaultsAreTheZeroConfig(t *testing.T) {
	t.Parallel()
	zero, filled := begin(t, Config{}), begin(t, Defaults())
	if diff := cmp.Diff(zero.c.Describe(), filled.c.Describe()); diff != "" {
		t.Errorf("Describe of Config{} and Defaults() differ:\n%s", diff)
	}
	if diff := cmp.Diff(zero.c.Config(), filled.c.Config()); diff != "" {
		t.Errorf("Config of Config{} and Defaults() differ:\n%s", diff)
	}
	if left := slices.Clone(DataNodes(2)); left[1].Name != "n0012" {
		t.Errorf("DataNodes(2)[1].Name = %s, want n0012", left[1].Name)
	}
}

// Every word, duration and choice has its place among the settings.
func TestSettingsAreComplete(t *testing.T) {
	t.Parallel()
	var texts Texts
	var timings Timings
	var behaviour Behaviour
	texts.fill(7)
	timings.fill()
	if err := behaviour.fill(); err != nil {
		t.Fatal(err)
	}
	fields := 0
	for _, v := range []reflect.Value{reflect.ValueOf(texts), reflect.ValueOf(timings), reflect.ValueOf(behaviour)} {
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if name == "Returns" {
				continue
			}
			fields++
			if v.Field(i).IsZero() && name != "UploadNone" {
				t.Errorf("%s.%s has no default", v.Type().Name(), name)
			}
		}
	}
	seen := map[string]bool{}
	for _, s := range Settings() {
		if seen[s.Name] || s.Mark == "" {
			t.Errorf("setting %s: got it twice or without a mark", s.Name)
		}
		seen[s.Name] = true
	}
	if len(seen) != fields {
		t.Errorf("Settings: got %d, want one for each of %d fields", len(seen), fields)
	}
}

func TestSetByName(t *testing.T) {
	t.Parallel()
	var cfg Config
	for _, s := range Settings() {
		family, name, _ := strings.Cut(s.Name, ".")
		var err error
		switch family {
		case "texts":
			err = cfg.Texts.Set(name, "x")
		case "timings":
			err = cfg.Timings.Set(name, model.Fixed(time.Second))
		case "behaviour":
			err = cfg.Behaviour.Set(name, s.Choices[len(s.Choices)-1])
		}
		if err != nil {
			t.Errorf("Set(%s): %v", s.Name, err)
		}
	}
	if cfg.Texts.NodeBooting != "x" || cfg.Timings.Failover != model.Fixed(time.Second) || cfg.Behaviour.LogOrder != "oldest" {
		t.Errorf("Set: got %+v, want what was set", cfg)
	}
	if err := cfg.Texts.Set("backup_begun", ""); err != nil || cfg.Texts.BackupBegun == nil || len(cfg.Texts.BackupBegun) != 0 {
		t.Errorf("Set(backup_begun) = %v, %v, want no lines", cfg.Texts.BackupBegun, err)
	}
	for _, err := range []error{cfg.Texts.Set("y", ""), cfg.Timings.Set("y", model.None), cfg.Behaviour.Set("y", ""), cfg.Behaviour.Set("node_on", "y")} {
		if err == nil || !strings.Contains(err.Error(), `got "y", want one of`) {
			t.Errorf("Set(y) = %v, want the names there are", err)
		}
	}
}

// The methods of the appendix are as many as the facts say, sorted, and every
// method with an answer is one of them.
func TestMethodTables(t *testing.T) {
	t.Parallel()
	for kind, want := range map[objectKind]int{clusterKind: 117, storageKind: 25, databaseKind: 53, logServiceKind: 11, nodeKind: 40, usersKind: 8} {
		if got := len(namesOf(kind)); got != want {
			t.Errorf("kind %d: got %d methods, want %d", kind, got, want)
		}
	}
	for kind := range appendix {
		list := namesOf(objectKind(kind))
		if !slices.IsSorted(list) {
			t.Errorf("kind %d: methods are not sorted", kind)
		}
		if kind >= len(tables) {
			continue
		}
		if !slices.IsSortedFunc(tables[kind], func(a, b method) int { return strings.Compare(a.name, b.name) }) {
			t.Errorf("kind %d: the table is not sorted", kind)
		}
		for _, m := range tables[kind] {
			if !slices.Contains(list, m.name) && m.name != "powerOffLicenseServer" {
				t.Errorf("kind %d: %s is not in the appendix", kind, m.name)
			}
		}
	}
}

// The seventeen functions of the article all have an answer.
func TestArticleIsModelled(t *testing.T) {
	t.Parallel()
	k := begin(t, Config{})
	for kind, list := range map[objectKind]string{
		clusterKind:    "getNodeList getDatabaseList getEXAoperationMaster getServiceState getHardwareInformation callPlugin shutdownNode startupNode",
		storageKind:    "startEXAStorage stopEXAStorage",
		databaseKind:   "startDatabase stopDatabase getDatabaseState getDatabaseOperation getDatabaseConnectionState getDatabaseConnectionString",
		logServiceKind: "logEntries logEntriesTagged",
	} {
		for _, name := range strings.Fields(list) {
			if m := k.c.methodOf(kind, name); m == nil || m.run == nil {
				t.Errorf("%s: got no answer, want one", name)
			}
		}
	}
}

func TestPythonText(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"db_x": `u'db_x'`, "it's": `u"it's"`, `'"\`: `u'\'"\\'`, "a\n\r\t\x01": `u'a\n\r\t\x01'`,
		"é": `u'\xe9'`, "€": `u'\u20ac'`, "😀": `u'\U0001f600'`,
	} {
		if got := pythonText(s); got != want {
			t.Errorf("pythonText(%q) = %s, want %s", s, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{a} and {b}": "1 and 2", "{c}": "{c}", "{": "{", "}{a": "}{a", "{{a}": "{1", "none": "none", "{a}{a}": "11",
	} {
		if got := expand(text, "a", "1", "b", "2"); got != want {
			t.Errorf("expand(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    effect.Value
		want time.Duration
		ok   bool
	}{
		{nil, 0, true},
		{"", 0, true},
		{"1w 2d", 216 * time.Hour, true},
		{"3h 4m", 3*time.Hour + 4*time.Minute, true},
		{int64(5), 5 * time.Second, true},
		{"x", 0, false},
		{"1x", 0, false},
		{"1m 1m 1m 1m 1m", 0, false},
		{int64(-1), 0, false},
		{true, 0, false},
	} {
		if got, ok := interval(c.v); got != c.want || ok != c.ok {
			t.Errorf("interval(%v) = %v, %v, want %v, %v", c.v, got, ok, c.want, c.ok)
		}
	}
}
