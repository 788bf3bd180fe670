package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/simulator"
)

// A vocabulary is what questions are made of: the objects of a world, what
// each can do, and calls that do something.
type vocabulary struct {
	objects []string
	methods map[string][]string // by object
	all     []string
}

// agreeVocabulary asks a world for its objects and methods.
func agreeVocabulary(t *testing.T) *vocabulary {
	t.Helper()
	world, err := simulator.NewWorld(simulator.Config{State: "running", Systems: []simulator.SystemSpec{{Name: "demo", URL: "http://demo.example/cluster1"}}})
	if err != nil {
		t.Fatal(err)
	}
	v := &vocabulary{methods: map[string][]string{}}
	list := func(object, method string) (names []string) {
		peer := &effect.Peer{User: "ops", Secret: effect.Secret{Env: "OPS"}}
		res, err := world.Perform(t.Context(), effect.Request{Kind: effect.KindXMLRPC, Target: "http://demo.example/cluster1" + object, Operation: method, Peer: peer})
		if err != nil || res.Err != nil {
			t.Fatalf("%s%s: got %v, %v", object, method, res.Err, err)
		}
		for _, name := range res.Value.([]effect.Value) {
			names = append(names, name.(string))
		}
		return names
	}
	for _, below := range append([]string{""}, append(list("", "listObjects"), "users")...) {
		object := strings.TrimSuffix("/"+below, "/")
		v.objects = append(v.objects, object)
		v.methods[object] = list(object, "listMethods")
		v.all = append(v.all, v.methods[object]...)
	}
	slices.Sort(v.all)
	if v.all = slices.Compact(v.all); len(v.objects) < 8 || len(v.all) < 100 {
		t.Fatalf("got %d objects with %d methods, want a whole cluster", len(v.objects), len(v.all))
	}
	return v
}

// question draws a call: one that does something, one of a method that the
// object has, or one of anything.
func (v *vocabulary) question() *rapid.Generator[question] {
	return rapid.Custom(func(t *rapid.T) question {
		q := question{
			after: time.Duration(rapid.IntRange(0, 900).Draw(t, "after")) * time.Second,
			class: rapid.SampledFrom([]effect.Class{effect.Read, effect.Change}).Draw(t, "class"),
			peer:  rapid.SampledFrom(agreePeers).Draw(t, "peer"),
		}
		switch rapid.IntRange(0, 3).Draw(t, "sort") {
		case 0:
			good := rapid.SampledFrom(goodQuestions).Draw(t, "good")
			q.object, q.method, q.args = good.object, good.method, good.args
		case 1:
			q.object = rapid.SampledFrom(v.objects).Draw(t, "object")
			q.method = rapid.SampledFrom(v.methods[q.object]).Draw(t, "method")
			q.args = rapid.SliceOfN(rapid.SampledFrom(agreeNames), 0, 3).Draw(t, "args")
		case 2:
			q.object, q.method, q.args = "/db_exa_db1", "editDatabase", []effect.Value{drawStruct(drawValue(2)).Draw(t, "fields")}
		default:
			q.object = rapid.OneOf(rapid.SampledFrom(v.objects), rapid.SampledFrom(oddObjects)).Draw(t, "object")
			q.method = rapid.OneOf(rapid.SampledFrom(v.all), rapid.SampledFrom(oddMethods), drawText()).Draw(t, "method")
			q.args = rapid.SliceOfN(drawValue(3), 0, 4).Draw(t, "args")
		}
		if rapid.Bool().Draw(t, "dotted") {
			q.method = strings.ReplaceAll(strings.TrimPrefix(q.object, "/"), "/", ".") + "." + q.method
			q.method, q.object = strings.TrimPrefix(q.method, "."), ""
		}
		q.object = rapid.SampledFrom([]string{"", "", "/", "//"}).Draw(t, "before") + q.object
		q.object += rapid.SampledFrom([]string{"", "", "/", "//", "?x=/y"}).Draw(t, "behind")
		if len(q.object) > 0 && q.object[0] != '/' && q.object[0] != '?' {
			q.object = "/" + q.object
		}
		return q
	})
}

// agreePeers are who asks; most of the time the administrator.
var agreePeers = append(
	slices.Repeat([]effect.Peer{{User: "ops", Secret: effect.Secret{Env: "OPS"}}}, 20), []effect.Peer{
		{User: "guest", Secret: effect.Secret{Env: "GUEST"}},
		{User: "stranger", Secret: effect.Secret{File: "/run/none"}},
		{User: "ops"},
		{User: "a:b", Secret: effect.Secret{Command: "cat 'none'"}},
		{},
	}...,
)

// goodQuestions do something, or would if it were their time.
var goodQuestions = []question{
	{method: "startupNode", args: []effect.Value{"n0011"}},
	{method: "startupNode", args: []effect.Value{"n0012"}},
	{method: "getNodeState", args: []effect.Value{"n0011"}},
	{method: "getHardwareInformation", args: []effect.Value{"n0011", "dmidecode"}},
	{object: "/n0014", method: "startupNode"},
	{object: "/n0012", method: "setWipeMode"},
	{object: "/n0012", method: "getProperties"},
	{object: "/n0013", method: "stopClusterServices"},
	{method: "shutdownNode", args: []effect.Value{"n0012"}},
	{method: "shutdownNode", args: []effect.Value{"n0010"}},
	{method: "restartEXAoperation", args: []effect.Value{"0011"}},
	{object: "/storage", method: "startEXAStorage", args: []effect.Value{[]effect.Value{"n0012", "n0013", "n0014"}}},
	{object: "/storage", method: "startEXAStorage"},
	{object: "/storage", method: "stopEXAStorage"},
	{method: "getServiceState"},
	{object: "/db_exa_db1", method: "startDatabase"},
	{object: "/db_exa_db1", method: "stopDatabase"},
	{object: "/db_exa_db1", method: "getDatabaseConnectionString"},
	{object: "/db_exa_db1", method: "backupDatabase", args: []effect.Value{"v0002", int64(0), "1h"}},
	{object: "/db_new", method: "getProperties"},
	{object: "/db_new", method: "createDatabase"},
	{object: "/logservice1", method: "logEntries"},
	{object: "/logservice1", method: "logEntriesTagged", args: []effect.Value{"tag \u00e9\u2028"}},
	{method: "callPlugin", args: []effect.Value{"Monitoring.Example-1.0", "n0010", "STOP"}},
	{method: "addUser", args: []effect.Value{effect.Struct{{Name: "user_login", Value: "u<&>"}, {Name: "password", Value: "p"}}}},
	{method: "addUser", args: []effect.Value{effect.Struct{{Name: "user_login", Value: "v"}, {Name: "password", Value: effect.Secret{Env: "ARGUMENT"}}}}},
	{method: "addDatabase", args: []effect.Value{effect.Struct{{Name: "database_name", Value: "new"}, {Name: "data_volume", Value: "v0000"}}}},
	{object: "/db_exa_db1", method: "editDatabase", args: []effect.Value{oddFields}},
	{object: "/db_exa_db1", method: "getProperties"},
}

// oddFields are kept by editDatabase and told by getProperties, whatever they are.
var oddFields = effect.Struct{
	{Name: "comment", Value: " a\r\nb\rc\t\u0085\u2028\ufffd]]>&amp;<!--"},
	{Name: "big", Value: int64(1) << 62},
	{Name: "fraction", Value: 1e-300},
	{Name: "zero", Value: math.Copysign(0, -1)},
	{Name: "when", Value: time.Date(1899, 12, 31, 23, 59, 59, 999, time.UTC)},
	{Name: "bytes", Value: effect.Bytes("\x00\xff\r\n")},
	{Name: "nothing", Value: nil},
	{Name: "empty", Value: []effect.Value{effect.Struct{}, []effect.Value{}, ""}},
	{Name: "<&>\r\n", Value: effect.Struct{{Name: "", Value: true}}},
}

// oddObjects are paths that lead nowhere, or strangely.
var oddObjects = []string{"/nowhere", "/db_", "/db_none", "/n11", "/n0011/d00_os", "/storage/v0000", "/storage//n0011", "/n%30011", "/db%5Fexa_db1", "/%zz", "/caf%C3%A9", "/+", "/bfsdefault/default", "/./storage", "/../cluster1"}

// oddMethods are names of methods that nothing has.
var oddMethods = []string{"", ".", "..", "noSuchMethod", "storage.", ".getNodeList", "no.such.path", "db_exa_db1.storage.getNodeList", " getNodeList", "getNodeList\n", "<script>", "système", "__class__"}

// agreeNames are arguments that may mean something.
var agreeNames = []effect.Value{
	"n0010", "n0011", "n0012", "n11", "exa_db1", "db_exa_db1", "v0000", "v0002", "Monitoring.Example-1.0", "STATUS", "2 exa_db1/id_1/level_0 exa_db1",
	"Nodes", "Volumes", "getNodeList", "1w", "tag", "Administrator", "guest", "2030-01-01 00:00:00", "blocking", "dmidecode", int64(0), int64(1), int64(11), true,
}

// drawText is text of any characters, also of those that XML cannot carry.
func drawText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "\r\n", "\x00", "\x1b[31m", "\u0085", "\u2028", "\ufffe", "\ufffd", "\xff", "]]>", "&lt;", "<![CDATA[x]]>", "ünï💾", "n0011\n", strings.Repeat("x", 9000)}),
		rapid.String(),
		rapid.StringN(0, 20, 40),
	)
}

// drawValue is a value of any type, nested so deep at most.
func drawValue(depth int) *rapid.Generator[effect.Value] {
	scalars := []*rapid.Generator[effect.Value]{
		rapid.SampledFrom(agreeNames),
		rapid.Just[effect.Value](nil),
		rapid.Map(rapid.Bool(), func(v bool) effect.Value { return v }),
		rapid.Map(rapid.Int64(), func(v int64) effect.Value { return v }),
		rapid.Map(rapid.Float64(), func(v float64) effect.Value { return v }),
		rapid.Map(drawText(), func(v string) effect.Value { return v }),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 100), func(v []byte) effect.Value { return effect.Bytes(v) }),
		rapid.Map(rapid.Int64Range(-1<<40, 1<<40), func(v int64) effect.Value { return time.Unix(v, v&0xfffff).UTC() }),
		rapid.Just[effect.Value](effect.Secret{Env: "ARGUMENT"}),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	below := drawValue(depth - 1)
	return rapid.OneOf(append(
		scalars,
		rapid.Map(rapid.SliceOfN(below, 0, 4), func(v []effect.Value) effect.Value { return v }),
		drawStruct(below),
	)...)
}

// drawStruct is a dictionary of some values.
func drawStruct(values *rapid.Generator[effect.Value]) *rapid.Generator[effect.Value] {
	return rapid.Custom(func(t *rapid.T) effect.Value {
		name := rapid.OneOf(drawText(), rapid.SampledFrom([]string{"database_name", "data_volume", "user_login"}))
		s := effect.Struct{}
		for _, name := range rapid.SliceOfNDistinct(name, 0, 4, rapid.ID[string]).Draw(t, "names") {
			s = append(s, effect.Field{Name: name, Value: values.Draw(t, "member")})
		}
		return s
	})
}

// drawFault is a fault of the scenario, as Starlark.
func drawFault() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		matcher := rapid.SampledFrom([]string{
			"", "nth = 1", "nth = 3", "times = 2", `method = "startupNode"`, `method = "getNodeList"`, `object = "/storage"`, `object = "/", times = 1`, "probability = 1", `at = "10m", lasts = "1h"`,
		}).Draw(t, "matcher")
		text := rapid.SampledFrom([]string{`""`, `"Traceback:\n  <line 1> & more"`, `"tab\tand\rreturn"`, `"\u009b31m"`, `"é" * 10000`, `"ops p4ss"`}).Draw(t, "text")
		code := rapid.Int64().Draw(t, "code")
		return rapid.SampledFrom([]string{
			"fault.lost_before(" + matcher + ")", "fault.lost_after(" + matcher + ")", "fault.refused(" + matcher + ")",
			"fault.unauthorized(" + matcher + ")", "fault.gateway(" + matcher + ")",
			fmt.Sprintf(`fault.slow("7s", takes_effect = "after", %s)`, matcher), fmt.Sprintf(`fault.slow("100ms", %s)`, matcher),
			fmt.Sprintf(`fault.reply(%s, code = %d, %s)`, text, code, matcher),
			`fault.wrong_password("demo", at = "20m", lasts = "1h")`, `fault.wrong_password("demo", user = "guest")`,
			`fault.exaoperation_unreachable("demo", at = "15m", lasts = "20m")`, `fault.exaoperation_unreachable("demo", how = "gateway", at = "5m", lasts = "1h")`,
			`fault.exaoperation_moved("demo", "n0011", at = "30m")`, `fault.node_never_boots("demo", "n0011")`, `fault.node_falls_over("demo", "n0012", at = "1h")`,
			fmt.Sprintf(`fault.storage_refuses("demo", text = %s, times = 1)`, text), `fault.storage_hangs("demo")`, `fault.database_disappears("demo", "exa_db1", at = "40m")`,
			`fault.database_in_backup("demo", "exa_db1")`, `fault.service_down("demo", "Lockd")`,
			fmt.Sprintf(`fault.plugin_fails("demo", "Monitoring.Example-1.0", "STATUS", text = %s)`, text),
		}).Draw(t, "fault")
	}).Filter(utf8.ValidString)
}
