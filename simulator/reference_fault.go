package simulator

import (
	"slices"

	"runbook/simulator/exaoperation"
)

// This file is the reference of fault.*. A test holds it to the code.

var (
	systemParam  = Param{"system", "string", "", "the system's name"}
	nodeParam    = Param{"node", "string", "", "one of the system's nodes or license servers"}
	dbParam      = Param{"database", "string", "", "one of the system's databases"}
	timesBoots   = Param{"times", "int", "every one", "how many boots it spoils"}
	timesStarts  = Param{"times", "int", "every one", "how many starts it spoils"}
	timesStops   = Param{"times", "int", "every one", "how many stops it spoils"}
	hangsParam   = Param{"lasts", "duration", "for ever", "how much longer than usual"}
	atParam      = Param{"at", "duration", "from the beginning", "when it begins"}
	lastsParam   = Param{"lasts", "duration", "for ever", "how long it goes on"}
	databaseWhen = Param{"at", "duration", "from the beginning", "when it happens"}
)

var machineFaults = []builtin{
	{Doc{
		"fault.node_never_boots", "A node is switched on and stays in its boot for ever.",
		[]Param{systemParam, nodeParam, timesBoots},
	}, nodeFault(exaoperation.NeverBoots, nothingElse)},
	{Doc{
		"fault.node_boots_late", "A node takes longer to boot than its timing says.",
		[]Param{systemParam, nodeParam, {"by", "duration", "", "how much longer"}, timesBoots},
	}, nodeFault(exaoperation.BootsLate, bootsLate)},
	{Doc{
		"fault.node_falls_over", "A node loses power: at a time, or some time after each end of a boot. One of the two must be given.",
		[]Param{
			systemParam, nodeParam,
			{"at", "duration", "not at a time", "when, since the beginning"},
			{"after_boot", "duration", "not after a boot", "how long after the end of its boot"},
			{"times", "int", "every one", "how many boots it spoils"},
		},
	}, nodeFault(exaoperation.FallsOver, fallsOver)},
	{Doc{
		"fault.node_comes_up_suspended", "A data node boots, and its cluster services do not start: its state is Suspended until startClusterServices starts them.",
		[]Param{systemParam, nodeParam, timesBoots},
	}, nodeFault(exaoperation.Suspends, nothingElse)},
	{Doc{
		"fault.node_flagged", "Somebody gives a node a flag, which its next boot executes: its data is lost then.",
		[]Param{systemParam, nodeParam, {"at", "duration", "from the beginning", "when"}, {"flag", choiceOf("to_install", "to_wipe"), `"to_install"`, "which"}},
	}, nodeFault(exaoperation.Flagged, flagged)},
	{Doc{
		"fault.storage_refuses", "startEXAStorage answers a fault.",
		[]Param{systemParam, {"text", "string", "the setting storage_failed", "of the fault"}, timesStarts},
	}, storageFault(exaoperation.StorageRefuses)},
	{Doc{
		"fault.storage_fails", "A start of EXAStorage is accepted and then given up.",
		[]Param{systemParam, timesStarts},
	}, storageFault(exaoperation.StorageFails)},
	{Doc{
		"fault.storage_hangs", "A start of EXAStorage is accepted and does not end.",
		[]Param{systemParam, hangsParam, timesStarts},
	}, storageFault(exaoperation.StorageHangs)},
	{Doc{
		"fault.storage_stop_hangs", "A stop of EXAStorage is accepted and does not end.",
		[]Param{systemParam, hangsParam, timesStops},
	}, storageFault(exaoperation.StorageStopHangs)},
	{Doc{
		"fault.storage_lost", "EXAStorage stops by itself.",
		[]Param{systemParam, {"at", "duration", "", "when it happens"}},
	}, storageFault(exaoperation.StorageLost)},
	{Doc{
		"fault.database_not_connectible", "A database runs and accepts no connections.",
		[]Param{systemParam, dbParam, hangsParam, timesStarts},
	}, databaseFault(exaoperation.NotConnectible)},
	{Doc{
		"fault.database_start_fails", "A start of a database is accepted and ends in setup.",
		[]Param{systemParam, dbParam, timesStarts},
	}, databaseFault(exaoperation.StartFails)},
	{Doc{
		"fault.database_start_hangs", "A start of a database is accepted and does not end.",
		[]Param{systemParam, dbParam, hangsParam, timesStarts},
	}, databaseFault(exaoperation.StartHangs)},
	{Doc{
		"fault.database_stop_hangs", "A stop of a database is accepted and does not end.",
		[]Param{systemParam, dbParam, hangsParam, timesStops},
	}, databaseFault(exaoperation.StopHangs)},
	{Doc{
		"fault.database_in_backup", "An operation, a backup if it says no other, keeps a database busy.",
		[]Param{
			systemParam, dbParam, atParam,
			{"lasts", "duration", "as long as a backup", "how long it goes on"},
			{"operation", "string", "the setting operation_backup", "what getDatabaseOperation answers"},
		},
	}, databaseFault(exaoperation.Busy)},
	{Doc{"fault.database_disappears", "The definition of a database is gone.", []Param{systemParam, dbParam, databaseWhen}}, databaseFault(exaoperation.Disappears)},
	{Doc{"fault.database_crashes", "A database stops by itself.", []Param{systemParam, dbParam, databaseWhen}}, databaseFault(exaoperation.Crashes)},
	{Doc{
		"fault.exaoperation_unreachable", "EXAoperation does not answer, whatever the nodes do.",
		[]Param{systemParam, atParam, lastsParam, {"how", choiceOf("refused", "gateway"), `"refused"`, "refused is that nobody listens, gateway is HTTP 501 Gateway error"}},
	}, unreachable},
	{Doc{
		"fault.exaoperation_moved", "EXAoperation runs on another node than the license server, from the beginning, or moves there.",
		[]Param{systemParam, nodeParam, {"at", "duration", "it is there from the beginning", "when it moves"}, {"lasts", "duration", "as the timing failover says", "how long the move takes"}},
	}, moved},
	{Doc{
		"fault.wrong_password", "The password of a user, or of every user, is refused.",
		[]Param{systemParam, {"user", "string", "every user", "the login"}, atParam, lastsParam},
	}, wrongPassword},
	{Doc{
		"fault.service_down", "A service has another state than OK.",
		[]Param{
			systemParam,
			{"service", choiceOf(serviceNames...), "", "the service"},
			{"state", "string", "the setting service_down", "what getServiceState answers"},
			atParam, lastsParam,
		},
	}, serviceDown},
	{Doc{
		"fault.plugin_fails", "A command of a plugin ends in a status that is not 0.",
		[]Param{
			systemParam,
			{"plugin", "string", "", "one of the system's plugins"},
			{"command", "string", "", `"START", "STOP", "RESTART", …`},
			{"node", "string", "every node", "where"},
			{"status", "int", "256", "of the answer"},
			{"text", "string", "the setting plugin_failed", "of the answer"},
			{"times", "int", "every one", "how many commands it spoils"},
		},
	}, pluginFails},
}

// matchers are the parameters that all faults on the way to a system or a host
// have; a gateway is only before a system.
func matchers(first ...Param) []Param {
	params := append(
		first,
		Param{"system", "string", "every system", "only calls of this system, and commands on hosts of its nodes"},
		Param{"object", "string", "every object", `only calls of this object: "/storage", "/db_exa_db1", "/n0011", "/" for the cluster`},
		Param{"method", "string", "every method", "only calls of this method"},
		Param{"host", "string", "every host", "only commands on this host"},
		Param{"command", "string", "every command", `only commands with this in their line, or in their words with a blank between them: "start-rhino.sh -p"`},
	)
	return append(params, counting...)
}

// gatewayMatchers are those of a fault that no host has.
func gatewayMatchers() []Param {
	return append(matchers()[:3:3], counting...)
}

// effectParam is the matcher of one effect of a run.
var effectParam = Param{"effect", "string", "every effect", `only requests of the effect with this id, as runbook explore and runbook show have it: "12", "4.17:3"`}

// counting are the parameters that say which of the calls and commands that fit.
var counting = []Param{
	effectParam, atParam, lastsParam,
	{"nth", "int", "all", "only the n-th of those that fit, counted from 1"},
	{"times", "int", "all", "only so many of those that fit"},
	{"probability", "float", "1", "only this share of those that fit, drawn from the seed"},
}

// lostAfterMatchers are matchers with when a command's connection dies.
func lostAfterMatchers() []Param {
	when := Param{"after", "duration", "when the command has ended", "of commands only: how long after it has begun the connection dies, if it still runs then"}
	return slices.Insert(matchers(), 5, when)
}

var transportFaults = []builtin{
	{Doc{
		"fault.lost_before", "The connection dies and the call, or the command, does not take effect. The client cannot know.", matchers(),
	}, transportFault(LostBefore)},
	{Doc{
		"fault.lost_after", "The call or the command takes effect and the connection dies before its answer. The client cannot know.", lostAfterMatchers(),
	}, transportFault(LostAfter)},
	{Doc{
		"fault.refused", "The connection is refused: nothing was sent. Through sim serve, which has accepted it already, it is reset.", matchers(),
	}, transportFault(Refused)},
	{Doc{
		"fault.unauthorized", "HTTP 401, whatever the credentials; of a host, it takes none of the user's keys.", matchers(),
	}, transportFault(Unauthorized)},
	{Doc{
		"fault.gateway", "HTTP 501 Gateway error: EXAoperation is behind a listener that cannot reach it. The call does not take effect.", gatewayMatchers(),
	}, transportFault(Gateway)},
	{Doc{
		"fault.slow", "The answer takes longer. Slow faults add up with each other and with one fault of another kind.",
		matchers(
			Param{"by", "duration", "", "how much longer"},
			Param{"takes_effect", choiceOf("before", "after"), `"before"`, "whether the call takes effect before or after the delay; a call whose client has given up takes effect all the same"},
		),
	}, transportFault(Slow)},
	{Doc{
		"fault.reply", "The method answers a fault, or the command a status and a line on stderr, and does not take effect.",
		matchers(Param{"text", "string", "", "of the fault, or on stderr"}, Param{"code", "int", "-1, and 1 of a command", "of the fault, or the status"}),
	}, transportFault(Reply)},
	{Doc{
		"fault.answer", "The method answers another value than the true one, or the command writes another text on stdout. It takes effect; a fault, a lost answer and a command's status are not changed.",
		matchers(Param{"value", "value", "", "the answer; of a command a string"}),
	}, transportFault(Answer)},
}
