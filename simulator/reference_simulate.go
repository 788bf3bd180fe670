package simulator

// This file is the reference of simulate.*. A test holds it to the code.

var simulateBuiltins = []builtin{
	{exaoperationDoc(), newSystemScenario},
	{Doc{
		Name: "simulate.node", Summary: "A data node, or in license_servers a license server.",
		Params: []Param{
			{"name", "string", "", `"n" and four digits; license servers are n0002 to n0010, data nodes begin with n0011`},
			{"power", choiceOf("off", "booting", "on"), "as the system's state says", `"booting" was switched on when the scenario begins`},
			{"flag", choiceOf("active", "to_install", "to_wipe"), `"active"`, "what the node does at its next boot; to_install and to_wipe destroy its data"},
			{"card", "bool", "True", "whether it has an out-of-band card; without one startupNode is refused"},
			{"powered_at", "duration", "never", "when somebody switches it on by hand"},
		},
	}, newNode},
	databaseDoc(),
	{Doc{
		Name: "simulate.operation", Summary: "What keeps a database busy when the scenario begins.",
		Params: []Param{
			{"name", "string", "", "what getDatabaseOperation answers; the vendor documents no word but 'None'"},
			{"lasts", "duration", "as long as a backup", "how long it takes"},
		},
	}, newOperation},
	{Doc{
		Name: "simulate.backup", Summary: "A backup that a database has when the scenario begins.",
		Params: []Param{
			{"id", "int", "", "counted from 1"},
			{"level", "int", "0", "0 is a full one"},
			{"volume", "string", "the first archive volume", "where it is"},
			{"age", "duration", `"0s"`, "how long before the beginning it was made"},
			{"expires", "duration", "never", "how long after the beginning it expires"},
			{"usable", "bool", "True", "whether it can be restored"},
		},
	}, newBackup},
	{Doc{
		Name: "simulate.volume", Summary: "A volume of EXAStorage, or a remote one.",
		Params: []Param{
			{"name", "string", "", `"v0000", or "r0001" for a remote one`},
			{"kind", choiceOf("data", "archive", "remote"), `"data"`, "what it is for"},
			{"disk", "string", `"d03_storage"`, "which disk of the nodes it is on"},
			{"redundancy", "int", "2, or 1 on a single node", "copies of every segment"},
			{"size", "int", "100", "in GiB"},
			{"nodes", "list of strings", "all nodes", "the nodes it is on"},
			{"readers", "list of strings", "everybody", "logins that may see it; to the others it cannot be found"},
		},
	}, newVolume},
	{Doc{
		Name: "simulate.disk", Summary: "A disk of every node, in the words of getDiskStates; sizes are text, in GiB.",
		Params: []Param{
			{"name", "string", "", `"d00_os"`},
			{"type", "string", "", `"disk-type-os"`},
			{"size", "string", `""`, `"0" where it is the rest of the device`},
			{"free", "string", `""`, "what is free of it"},
			{"raid", "string", `""`, `"disk-raid-none"`},
			{"encryption", "string", `""`, `"disk-encr-aes256"`},
			{"devices", "list of strings", "shown as 'Default'", "its devices"},
			{"state", "string", `""`, `"None"`},
			{"mount_count", "string", `""`, `"34/39"`},
			{"next_fsck", "string", `""`, `"Wed Nov 15 18:13:39 2017"`},
		},
	}, newDisk},
	{Doc{
		Name: "simulate.plugin", Summary: "A package whose service can run on every node.",
		Params: []Param{
			{"name", "string", "", `"<Category>.<Name>-<version>", as in "Administration.HP-SPP-2014.09.0-0"`},
			{"functions", "dict of texts", "those of every known plugin", "what its commands do, by command, for showPluginFunctions"},
			{"state", choiceOf("not installed", "stopped", "started"), `"started"`, "on the license servers"},
			{"on_nodes", choiceOf("not installed", "stopped", "started"), `"stopped", or "started" if the system is running`, "on the data nodes"},
			{"namespace", choiceOf("right", "wrong"), `"wrong" on license servers that have just booted`, "the process namespace it was started in"},
		},
	}, newPlugin},
	{Doc{
		Name: "simulate.logservice", Summary: "A log service shows a part of the log; the first is logservice1.",
		Params: []Param{
			{"priority", choiceOf("Information", "Notice", "Warning", "Error"), `"Information"`, "the lowest that it shows"},
			{"services", "list of strings", "all", `"EXAoperation", "DWAd", "Storage", …`},
			{"databases", "list of strings", "all", "of which databases it shows what they say"},
		},
	}, newLogService},
	{Doc{
		Name: "simulate.user", Summary: "Who may log in to EXAoperation. In a rehearsal, which resolves no secrets, every password of a known user is right.",
		Params: []Param{
			{"login", "string", "", "the name"},
			{"password", "string", `""`, "what sim serve takes; it is no secret"},
			{"role", choiceOf("User", "Supervisor", "Administrator", "Master"), `"User"`, "what the user may do"},
		},
	}, newUser},
}

func choiceOf(words ...string) string { return choice{of: words}.word() }

func exaoperationDoc() Doc {
	return Doc{
		Name: "simulate.exaoperation", Summary: "An Exasol cluster seen through EXAoperation. Where the evidence about the real one ends, " +
			"texts, timings and behaviour can be chosen; their names and defaults are listed in the reference of settings.",
		Params: []Param{
			{"name", "string", "", "how the site and the faults call it"},
			{"url", "string", "the site's, by name", `of its cluster object, "https://10.0.0.10/cluster1"`},
			{"state", choiceOf("stopped", "running", "cold"), `"stopped"`, "how all begins that says nothing else: stopped is license servers up and all else down; cold is as stopped, but the license servers were switched on just now"},
			{"nodes", "int, or list of simulate.node or names", "4", "the data nodes; a number means n0011 and up; one node n0010 is a single-node installation"},
			{"license_servers", "list of simulate.node or names", `["n0010"]`, "the license servers, the original one first"},
			{"databases", "int, or list of simulate.database or names", `["exa_db1"]`, "the databases; a number means exa_db1 and up"},
			{"plugins", "list of simulate.plugin or names", "none", "what is installed"},
			{"volumes", "list of simulate.volume", "one data volume for each database, one archive volume", "of EXAStorage"},
			{"disks", "list of simulate.disk", "d00_os, d01_swap, d02_data, d03_storage", "of every node"},
			{"logservices", "list of simulate.logservice", "one that shows everything", "logservice1 and up"},
			{"users", "list of simulate.user", "every login is an administrator's", "who may log in"},
			{"bucketfs", "list of strings", `["bfsdefault"]`, "BucketFS services, each with the bucket default"},
			{"master", "string", "the first license server", "the node that runs EXAoperation"},
			{"candidates", "list of strings", "license servers, then nodes", "who may run EXAoperation, best first"},
			{"entry", "string", "any node that is up answers", "the node whose address the URL has; EXAoperation cannot be reached while it is down"},
			{"version", "string", "as the settings say", `of EXASuite, "6.2.1"; decides texts and shapes that differ by version`},
			{"latency", "span", `("4ms", "12ms")`, "how long a request and its answer travel together"},
			{"timings", "dict of spans", "as the settings say", `how long things take: {"node_boot": ("15m", "25m"), "storage_start": "60s"}`},
			{"texts", "dict of texts", "as the settings say", `words of the vendor that nobody has seen: {"node_booting": "Booting"}`},
			{"behaviour", "dict of words", "as the settings say", `what a real one may do in either way: {"storage_stop": "refuse"}`},
			{"returns", "dict of values", "None for each", `what methods answer whose answer nobody has seen: {"startupNode": "OK"}`},
		},
	}
}

func databaseDoc() builtin {
	return builtin{Doc{
		Name: "simulate.database", Summary: "A database that is defined in EXAoperation.",
		Params: []Param{
			{"name", "string", "", "without db_"},
			{"state", choiceOf("none", "setup", "startup", "running", "shutdown"), "as the system's state says", "none is defined and not created, setup is created and stopped; startup and shutdown were begun just now"},
			{"nodes", "list of strings", "all that are not in reserve", "active nodes"},
			{"reserve", "list of strings", "none", "nodes that stand in for a failed one"},
			{"port", "int", "8563", "in the connection string"},
			{"volume", "string", "one of its own", "its persistent volume"},
			{"version", "string", "the system's", "of the database"},
			{"login", "string", `"sys"`, "database user that getDatabaseStatistics takes"},
			{"password", "string", `"exasol"`, "its password; it is no secret"},
			{"usage", "int", "as the settings say", "of the persistent volume, in GiB"},
			{"backups", "list of simulate.backup", "none", "the oldest first"},
			{"operation", "simulate.operation", "none", "that is under way when the scenario begins"},
		},
	}, newDatabase}
}
