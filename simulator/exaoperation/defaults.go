package exaoperation

import "runbook/simulator/model"

// This file is the one place of defaults: every word, duration and choice of
// the simulator with what it rests on. What is marked Chosen stands in for
// what nobody has seen, and is meant to be set.

var textSettings = []model.Row[Texts, string]{
	{"node_running", func(t *Texts) *string { return &t.NodeRunning }, "Running", Client, "getNodeState of a node that is up"},
	{"node_suspended", func(t *Texts) *string { return &t.NodeSuspended }, "Suspended", Client, "its cluster services are stopped"},
	{"node_off", func(t *Texts) *string { return &t.NodeOff }, "Unknown", Client, "it is powered off"},
	{"node_booting", func(t *Texts) *string { return &t.NodeBooting }, "Booting", Chosen, "the literal is unseen; the web interface shows 'booting'"},
	{"node_stopping", func(t *Texts) *string { return &t.NodeStopping }, "Running", Chosen, "between shutdownNode and power off"},
	{"service_ok", func(t *Texts) *string { return &t.ServiceOK }, "OK", Documented, ""},
	{"service_down", func(t *Texts) *string { return &t.ServiceDown }, "not running", Documented, "other bad states are unknown; also while a service starts"},
	{"database_none", func(t *Texts) *string { return &t.DatabaseNone }, "none", Client, "defined, not created"},
	{"database_setup", func(t *Texts) *string { return &t.DatabaseSetup }, "setup", Documented, "created, stopped"},
	{"database_startup", func(t *Texts) *string { return &t.DatabaseStartup }, "startup", Inferred, "from version 8"},
	{"database_running", func(t *Texts) *string { return &t.DatabaseRunning }, "running", Documented, ""},
	{"database_shutdown", func(t *Texts) *string { return &t.DatabaseShutdown }, "shutdown", Inferred, "from version 8"},
	{"operation_idle", func(t *Texts) *string { return &t.OperationIdle }, "None", Documented, "the string, not nil"},
	{"operation_backup", func(t *Texts) *string { return &t.OperationBackup }, "Backup", Chosen, ""},
	{"operation_restore", func(t *Texts) *string { return &t.OperationRestore }, "Restore", Chosen, ""},
	{"connectible", func(t *Texts) *string { return &t.Connectible }, "Yes", Documented, ""},
	{"not_connectible", func(t *Texts) *string { return &t.NotConnectible }, "No", Documented, ""},
	{"storage_started", func(t *Texts) *string { return &t.StorageStarted }, "OK", Documented, "the value of startEXAStorage"},
	{"hardware_online", func(t *Texts) *string { return &t.HardwareOnline }, "# dmidecode 2.12\nSMBIOS present.\n\nHandle 0x0100, DMI type {n}\n\tNode {node}\n", Chosen, "only the word dmidecode is documented"},
	{"hardware_offline", func(t *Texts) *string { return &t.HardwareOffline }, "offline", Chosen, "a text without the word dmidecode"},
	{"plugin_absent", func(t *Texts) *string { return &t.PluginAbsent }, "not installed", Documented, ""},
	{"plugin_stopped", func(t *Texts) *string { return &t.PluginStopped }, "stopped", Documented, ""},
	{"plugin_started", func(t *Texts) *string { return &t.PluginStarted }, "started", Documented, ""},
	{"plugin_failed", func(t *Texts) *string { return &t.PluginFailed }, "plugin {name} failed on {node}", Chosen, "of a plugin fault without a text"},
	{"plugin_node_down", func(t *Texts) *string { return &t.PluginNodeDown }, "node {node} is not up", Chosen, "callPlugin for a node that is not up"},
	{"upload_none", func(t *Texts) *string { return &t.UploadNone }, "", Chosen, "getUploadPackageState before an upload"},
	{"upload_done", func(t *Texts) *string { return &t.UploadDone }, "First part of update process succeeded", Documented, "after it; the real text is longer"},
	{"cos_version", func(t *Texts) *string { return &t.COSVersion }, "{version} simulated", Client, "the version and a word"},
	{"driver_id", func(t *Texts) *string { return &t.DriverID }, "jdbcdriver{n}", Chosen, "the value of addJDBCDriver"},
	{"card_group", func(t *Texts) *string { return &t.CardGroup }, "ipmi", Chosen, "ipmi_group of a node with an out-of-band card"},
	{"backup_file", func(t *Texts) *string { return &t.BackupFile }, "{path}/node_{n}/backup", Chosen, "a file of getBackupInfo; known up to the node"},

	{"unauthorized", func(t *Texts) *string { return &t.Unauthorized }, "Unauthorized", Client, "body of a 401"},
	{"gateway", func(t *Texts) *string { return &t.Gateway }, "Gateway error", Client, "body of a 501"},
	{"realm", func(t *Texts) *string { return &t.Realm }, "Zope", Inferred, "of the challenge of a 401"},
	{"not_found", func(t *Texts) *string { return &t.NotFound }, "Unexpected Zope exception: NotFound: Object: {object}, name: {name}", Client, ""},
	{"too_many", func(t *Texts) *string { return &t.TooMany }, "Unexpected Zope exception: TypeError: {method}() takes at most {n} argument{text} given)", Inferred, "{text} is ' (2' or 's (3'"},
	{"missing", func(t *Texts) *string { return &t.Missing }, "Unexpected Zope exception: TypeError: Missing argument to {method}(): {name}", Inferred, ""},
	{"representation", func(t *Texts) *string { return &t.Representation }, "<object at {path}>", Chosen, "how an object prints in a fault"},

	{"role_denied", func(t *Texts) *string { return &t.RoleDenied }, "{method} needs the role {role}", Chosen, ""},
	{"wrong_argument", func(t *Texts) *string { return &t.WrongArgument }, "{method}: wrong value for {name}: {text}", Chosen, ""},
	{"not_modelled", func(t *Texts) *string { return &t.NotModelled }, "the simulator does not model {method}: what it answers is not known", Chosen, "never a text of the real one"},
	{"help_unknown", func(t *Texts) *string { return &t.HelpUnknown }, "the simulator does not have this help text", Chosen, "never a text of the real one"},
	{"node_unknown", func(t *Texts) *string { return &t.NodeUnknown }, "Node {node} does not exist", Chosen, ""},
	{"node_no_card", func(t *Texts) *string { return &t.NodeNoCard }, "Node {node} has no server management card", Chosen, ""},
	{"node_is_on", func(t *Texts) *string { return &t.NodeIsOn }, "Node {node} is running already", Chosen, "only if behaviour node_on is refuse"},
	{"node_is_off", func(t *Texts) *string { return &t.NodeIsOff }, "Node {node} is not running", Chosen, "also of services that cannot be stopped or started"},
	{"node_state_booting", func(t *Texts) *string { return &t.NodeStateBooting }, "Node {node} is not available", Chosen, "a node object's getNodeState while it boots"},
	{"no_license_server", func(t *Texts) *string { return &t.NoLicenseServer }, "{node} is not a license server", Chosen, ""},
	{"no_candidate", func(t *Texts) *string { return &t.NoCandidate }, "EXAoperation cannot run on {node}", Chosen, ""},
	{"storage_is_running", func(t *Texts) *string { return &t.StorageIsRunning }, "EXAStorage is running already", Chosen, ""},
	{"storage_is_stopped", func(t *Texts) *string { return &t.StorageIsStopped }, "EXAStorage is not running", Chosen, ""},
	{"storage_nodes_missing", func(t *Texts) *string { return &t.StorageNodesMissing }, "nodes are not online: {nodes}", Chosen, ""},
	{"storage_database_running", func(t *Texts) *string { return &t.StorageDatabaseRunning }, "database {db} is running", Chosen, "only if behaviour storage_stop is refuse"},
	{"storage_failed", func(t *Texts) *string { return &t.StorageFailed }, "EXAStorage could not be started", Chosen, "of a storage fault without a text"},
	{"database_missing", func(t *Texts) *string { return &t.DatabaseMissing }, "database {db} does not exist", Chosen, "it is in state none"},
	{"database_exists", func(t *Texts) *string { return &t.DatabaseExists }, "database {db} exists already", Chosen, ""},
	{"database_is_running", func(t *Texts) *string { return &t.DatabaseIsRunning }, "database {db} is running", Chosen, ""},
	{"database_is_down", func(t *Texts) *string { return &t.DatabaseIsDown }, "database {db} is not running", Chosen, ""},
	{"database_busy", func(t *Texts) *string { return &t.DatabaseBusy }, "database {db} is busy: {text}", Chosen, ""},
	{"database_idle", func(t *Texts) *string { return &t.DatabaseIdle }, "no backup of database {db} is running", Chosen, "abortBackup"},
	{"database_not_ready", func(t *Texts) *string { return &t.DatabaseNotReady }, "services or nodes of database {db} are not ready", Chosen, "only if behaviour start_not_ready is refuse"},
	{"volume_missing", func(t *Texts) *string { return &t.VolumeMissing }, "Volume could not be found", Client, ""},
	{"backup_missing", func(t *Texts) *string { return &t.BackupMissing }, "backup {name} could not be found", Chosen, ""},
	{"backup_no_archive", func(t *Texts) *string { return &t.BackupNoArchive }, "volume {volume} is not an archive volume", Chosen, ""},
	{"plugin_unknown", func(t *Texts) *string { return &t.PluginUnknown }, "plugin {name} is not installed", Chosen, ""},
	{"plugin_no_function", func(t *Texts) *string { return &t.PluginNoFunction }, "plugin {name} has no function {text}", Chosen, ""},
	{"disk_missing", func(t *Texts) *string { return &t.DiskMissing }, "disk {name} could not be found", Chosen, ""},
	{"user_missing", func(t *Texts) *string { return &t.UserMissing }, "user {name} could not be found", Chosen, ""},
	{"user_exists", func(t *Texts) *string { return &t.UserExists }, "user {name} exists already", Chosen, ""},
	{"login_failed", func(t *Texts) *string { return &t.LoginFailed }, "authentication of {name} failed", Chosen, "getDatabaseStatistics"},
}

type linesSetting struct {
	name  string
	field func(*Texts) *[]string
	value []string // before version 7
	since []string // from version 7 on; nil if it is the same
	mark  Mark
	note  string
}

var linesSettings = []linesSetting{
	{
		"boot_begun", func(t *Texts) *[]string { return &t.BootBegun },
		[]string{"client ID is '{ip}'", "client version is '{version}'", "client mac adress is '{mac}'", "Initialize boot process."},
		[]string{"client ID is '{ip}'", "client version is '{version}'", "client mac adress is '{mac}'", "Initialize boot process.", "client mac address of public0 matches the expected value ({mac})"},
		Documented, "a node found the license server; the listing of 7.0",
	},
	{"boot_mounted", func(t *Texts) *[]string { return &t.BootMounted }, []string{"Mount hard drives.", "Hard drives mounted."}, nil, Documented, ""},
	{
		"boot_prepared", func(t *Texts) *[]string { return &t.BootPrepared },
		[]string{"Prepare boot process stage 3.", "successfully unpacked package on client node: {node}", "successfully synchronized EXAoperation.", "Start boot process stage 3."},
		nil, Documented, "",
	},
	{
		"boot_finished", func(t *Texts) *[]string { return &t.BootFinished },
		[]string{"Boot process finished after {n} seconds"},
		[]string{"Boot process stage 3 finished.", "Boot process stages 1 to 3 took {n} seconds."},
		Documented, "the article's, and that of 7.0",
	},
	{"database_creating", func(t *Texts) *[]string { return &t.DatabaseCreating }, []string{"User 0 requests new system setup."}, nil, Documented, ""},
	{"database_starting", func(t *Texts) *[]string { return &t.DatabaseStarting }, []string{"User 0 requests startup of system."}, nil, Documented, ""},
	{"database_started", func(t *Texts) *[]string { return &t.DatabaseStarted }, []string{"System started successfully in partition {n}."}, nil, Documented, ""},
	{"database_accepting", func(t *Texts) *[]string { return &t.DatabaseAccepting }, []string{"System is ready to receive client connections.", "EXASolution {db} is accepting connections"}, nil, Documented, ""},
	{
		"database_stopping", func(t *Texts) *[]string { return &t.DatabaseStopping },
		[]string{"User 0 requests shutdown of system.", "controller-st(0.0): Shutdown called.", "EXASolution {db} is rejecting connections"},
		nil, Documented, "",
	},
	{
		"database_stopped", func(t *Texts) *[]string { return &t.DatabaseStopped },
		[]string{"Successfully send retry shutdown event to system partition {n}.", "Volume {volume} has been deleted.", "System marked as stopped."},
		nil, Documented, "",
	},
	{"database_start_failed", func(t *Texts) *[]string { return &t.DatabaseStartFailed }, []string{"System could not be started."}, nil, Chosen, ""},
	{"database_lost", func(t *Texts) *[]string { return &t.DatabaseLost }, []string{"System stopped unexpectedly."}, nil, Chosen, "a node or EXAStorage went away below it"},
	{"storage_up", func(t *Texts) *[]string { return &t.StorageUp }, []string{}, nil, Chosen, "EXAStorage has come up"},
	{"storage_down", func(t *Texts) *[]string { return &t.StorageDown }, []string{}, nil, Chosen, "EXAStorage has been stopped"},
	{"storage_lost", func(t *Texts) *[]string { return &t.StorageLost }, []string{"EXAStorage is not running."}, nil, Chosen, "it could not start or lost its nodes"},
	{"backup_begun", func(t *Texts) *[]string { return &t.BackupBegun }, []string{"Backup started.", "Remove of expired backups started."}, nil, Documented, ""},
	{"backup_cleaned", func(t *Texts) *[]string { return &t.BackupCleaned }, []string{"Remove of expired backups finished."}, nil, Documented, ""},
	{"backup_finished", func(t *Texts) *[]string { return &t.BackupFinished }, []string{"Backup finished."}, nil, Documented, ""},
	{"backup_aborted", func(t *Texts) *[]string { return &t.BackupAborted }, []string{"Backup aborted."}, nil, Chosen, ""},
	{"node_gone", func(t *Texts) *[]string { return &t.NodeGone }, []string{"Node {node} is not reachable."}, nil, Chosen, "a node lost its power"},
}

var timingSettings = []model.Row[Timings, Span]{
	{"node_boot", func(t *Timings) *Span { return &t.NodeBoot }, model.Seconds(900, 1500), Documented, "15 to 25 minutes on hardware; 121 s on a virtual machine"},
	{"node_shutdown", func(t *Timings) *Span { return &t.NodeShutdown }, model.Seconds(30, 90), Chosen, ""},
	{"license_boot", func(t *Timings) *Span { return &t.LicenseBoot }, model.Seconds(180, 300), Client, "with EXAoperation 'usually up to 6 minutes', 'can take up to 10'"},
	{"license_shutdown", func(t *Timings) *Span { return &t.LicenseShutdown }, model.Seconds(30, 60), Chosen, ""},
	{"cluster_services", func(t *Timings) *Span { return &t.ClusterServices }, model.Seconds(5, 20), Chosen, ""},
	{"exaoperation_start", func(t *Timings) *Span { return &t.EXAoperationStart }, model.Seconds(20, 60), Chosen, "the rest of the 6 minutes"},
	{"exaoperation_restart", func(t *Timings) *Span { return &t.EXAoperationRestart }, model.Seconds(60, 150), Client, "the example scripts wait 150 s"},
	{"failover", func(t *Timings) *Span { return &t.Failover }, model.Seconds(20, 60), Documented, "'up to one minute'"},
	{"storage_start", func(t *Timings) *Span { return &t.StorageStart }, model.Seconds(20, 60), Client, "a client gives it 60 s"},
	{"storage_stop", func(t *Timings) *Span { return &t.StorageStop }, model.Seconds(10, 30), Chosen, ""},
	{"database_create", func(t *Timings) *Span { return &t.DatabaseCreate }, model.Seconds(5, 15), Chosen, ""},
	{"database_start", func(t *Timings) *Span { return &t.DatabaseStart }, model.Seconds(20, 60), Client, "a client gives it 60 s"},
	{"database_connect", func(t *Timings) *Span { return &t.DatabaseConnect }, model.Seconds(1, 10), Client, "1 s 'until it's really available', then up to 120 s"},
	{"database_stop", func(t *Timings) *Span { return &t.DatabaseStop }, model.Seconds(10, 60), Chosen, ""},
	{"failure_detect", func(t *Timings) *Span { return &t.FailureDetect }, model.Seconds(5, 5), Documented, "about 5 s"},
	{"reserve_activate", func(t *Timings) *Span { return &t.ReserveActivate }, model.Seconds(2, 2), Documented, "about 2 s"},
	{"reserve_connect", func(t *Timings) *Span { return &t.ReserveConnect }, model.Seconds(8, 8), Documented, "about 8 s"},
	{"backup", func(t *Timings) *Span { return &t.Backup }, model.Seconds(1200, 1800), Documented, "a sample took 25 minutes"},
	{"backup_cleanup", func(t *Timings) *Span { return &t.BackupCleanup }, model.Seconds(5, 60), Chosen, "'unpredictable'"},
	{"restore", func(t *Timings) *Span { return &t.Restore }, model.Seconds(1200, 2400), Chosen, ""},
	{"log_window", func(t *Timings) *Span { return &t.LogWindow }, model.Seconds(86400, 86400), Chosen, "how far back logEntries looks"},
}

var behaviourSettings = []model.ChoiceRow[Behaviour]{
	{"short_names", func(b *Behaviour) *string { return &b.ShortNames }, []string{"plugins", "everywhere", "nowhere"}, Documented, "callPlugin takes 'n10'; whether others do is unknown"},
	{"role_denied", func(b *Behaviour) *string { return &b.RoleDenied }, []string{"fault", "unauthorized"}, Chosen, ""},
	{"storage_stop", func(b *Behaviour) *string { return &b.StorageStop }, []string{"accept", "refuse"}, Chosen, "the dangerous one"},
	{"operation_stop", func(b *Behaviour) *string { return &b.OperationStop }, []string{"abort", "refuse", "queue"}, Documented, "'the operation will be aborted'; of backups also 'cannot be shut down'"},
	{"start_not_ready", func(b *Behaviour) *string { return &b.StartNotReady }, []string{"fail", "refuse"}, Chosen, ""},
	{"node_on", func(b *Behaviour) *string { return &b.NodeOn }, []string{"ignore", "refuse"}, Chosen, "a boot signal to a node that is on"},
	{"node_off", func(b *Behaviour) *string { return &b.NodeOff }, []string{"ignore", "refuse"}, Chosen, ""},
	{"node_state_booting", func(b *Behaviour) *string { return &b.NodeStateBooting }, []string{"fault", "answer"}, Client, "'may raise' while the node boots"},
	{"hardware_offline", func(b *Behaviour) *string { return &b.HardwareOffline }, []string{"text", "fault"}, Inferred, ""},
	{"no_master", func(b *Behaviour) *string { return &b.NoMaster }, []string{"unreachable", "gateway"}, Chosen, ""},
	{"failback", func(b *Behaviour) *string { return &b.Failback }, []string{"stay", "return"}, Chosen, ""},
	{"log_order", func(b *Behaviour) *string { return &b.LogOrder }, []string{"newest", "oldest"}, Inferred, ""},
	{"volume_list", func(b *Behaviour) *string { return &b.VolumeList }, []string{"list", "dict"}, Chosen, "documented as a dictionary; clients iterate over names"},
	{"backup_list", func(b *Behaviour) *string { return &b.BackupList }, []string{"version", "id_volume", "timestamp_id"}, Documented, ""},
	{"plugin_restart", func(b *Behaviour) *string { return &b.PluginRestart }, []string{"right", "wrong"}, Chosen, ""},
	{"plugin_boot", func(b *Behaviour) *string { return &b.PluginBoot }, []string{"stopped", "started"}, Inferred, "the article starts plugins on the data nodes"},
}
