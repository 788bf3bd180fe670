package exaoperation

// The methods that the simulator answers, by kind of object and sorted by
// name. The roles are those of the documentation as far as it goes: a User
// sees the basic state of nodes and databases, a Supervisor everything, an
// Administrator changes, a Master alone touches the licence.
var tables = [...][]method{
	clusterKind:    clusterMethods,
	storageKind:    storageMethods,
	databaseKind:   databaseMethods,
	logServiceKind: logServiceMethods,
	nodeKind:       nodeMethods,
	driverKind:     driverMethods,
	usersKind:      nil,
	plainKind:      nil,
}

var clusterMethods = []method{
	{"activateNodes", RoleAdministrator, "node_names", (*Cluster).callActivateNodes},
	{"addDatabase", RoleAdministrator, "parameters", (*Cluster).callAddDatabase},
	{"addJDBCDriver", RoleAdministrator, "parameters", (*Cluster).callAddDriver},
	{"addUser", RoleAdministrator, "user_data", (*Cluster).callAddUser},
	{"callPlugin", RoleAdministrator, "plugin node command extra?", (*Cluster).callPlugin},
	{"editNodeClusterNetwork", RoleAdministrator, "parameters", (*Cluster).callEditNetwork},
	{"getAllDatabaseNames", RoleUser, "", (*Cluster).callDatabaseNames},
	{"getAllDatabases", RoleUser, "", (*Cluster).callDatabaseIDs},
	{"getAllLogServices", RoleSupervisor, "", (*Cluster).callLogServices},
	{"getAllUserLogins", RoleSupervisor, "", (*Cluster).callUserLogins},
	{"getCurrentLicenseServer", RoleSupervisor, "", (*Cluster).callLicenseServer},
	{"getDatabaseList", RoleUser, "", (*Cluster).callDatabaseNames},
	{"getEXACOSVersion", RoleSupervisor, "", (*Cluster).callCOSVersion},
	{"getEXASuiteVersion", RoleSupervisor, "", (*Cluster).callSuiteVersion},
	{"getEXAoperationMaster", RoleSupervisor, "", (*Cluster).callMaster},
	{"getEXAoperationNodes", RoleSupervisor, "", (*Cluster).callCandidates},
	{"getHardwareInformation", RoleSupervisor, "node infotype?", (*Cluster).callHardware},
	{"getInstallationHistory", RoleSupervisor, "", (*Cluster).callHistory},
	{"getNodeList", RoleUser, "", (*Cluster).callNodeList},
	{"getNodeState", RoleUser, "node", (*Cluster).callStateOfNode},
	{"getObsoleteEXASuiteVersions", RoleSupervisor, "", (*Cluster).callObsolete},
	{"getPlugins", RoleSupervisor, "", (*Cluster).callPluginList},
	{"getPossibleEXAoperationNodes", RoleSupervisor, "", (*Cluster).callPossible},
	{"getServiceState", RoleSupervisor, "", (*Cluster).callServiceState},
	{"getUploadPackageState", RoleSupervisor, "", (*Cluster).callUploadState},
	{"grantRole", RoleAdministrator, "object_name user_id role_name", (*Cluster).callGrantRole},
	{"haltLicenseServer", RoleAdministrator, "node", (*Cluster).callHaltLicense},
	{"havePlugins", RoleSupervisor, "", (*Cluster).callHavePlugins},
	{"licenseUpdate", RoleMaster, "license_data", (*Cluster).callNothing},
	{"needEXAoperationRestart", RoleSupervisor, "", (*Cluster).callNeedRestart},
	{"powerOffLicenseServer", RoleAdministrator, "node", (*Cluster).callHaltLicense},
	{"restartEXAoperation", RoleAdministrator, "node", (*Cluster).callRestartMaster},
	{"restartLicenseServer", RoleAdministrator, "node", (*Cluster).callRestartLicense},
	{"setClusterTime", RoleAdministrator, "time", (*Cluster).callSetTime},
	{"showPluginFunctions", RoleSupervisor, "plugin", (*Cluster).callPluginFunctions},
	{"showPluginList", RoleSupervisor, "", (*Cluster).callPluginList},
	{"shutdownNode", RoleAdministrator, "node", (*Cluster).callShutdownNode},
	{"startupNode", RoleAdministrator, "nodename", (*Cluster).callStartupNode},
	{"uploadSoftware", RoleAdministrator, "binary", (*Cluster).callUpload},
	{"uploadTlsFiles", RoleAdministrator, "cert private_key", (*Cluster).callUploadTLS},
}

var storageMethods = []method{
	{"addStorageVolume", RoleAdministrator, "parameters", (*Cluster).callAddVolume},
	{"getVolumeInfo", RoleSupervisor, "vid", (*Cluster).callVolumeInfo},
	{"getVolumeList", RoleSupervisor, "", (*Cluster).callVolumeList},
	{"serviceHasAutoRestartFlag", RoleSupervisor, "", (*Cluster).callHasAutoRestart},
	{"serviceIsOnline", RoleSupervisor, "", (*Cluster).callStorageOnline},
	{"setAutoRestartFlag", RoleAdministrator, "flag?", (*Cluster).callSetAutoRestart},
	{"startEXAStorage", RoleAdministrator, "ignored_nodes?", (*Cluster).callStartStorage},
	{"stopEXAStorage", RoleAdministrator, "", (*Cluster).callStopStorage},
	{"storageHasQuorum", RoleSupervisor, "", (*Cluster).callHasQuorum},
}

var databaseMethods = []method{
	{"abortBackup", RoleAdministrator, "", (*Cluster).callAbortBackup},
	{"backupDatabase", RoleAdministrator, "volume level expire", (*Cluster).callBackup},
	{"backupInfo", RoleSupervisor, "timestamp", (*Cluster).callBackupInfo},
	{"changeBackupExpiration", RoleAdministrator, "volume backup expire", (*Cluster).callChangeExpiration},
	{"createDatabase", RoleAdministrator, "", (*Cluster).callCreate},
	{"editDatabase", RoleAdministrator, "parameters", (*Cluster).callEditDatabase},
	{"enlargeDatabase", RoleAdministrator, "n_added", (*Cluster).callEnlarge},
	{"existDatabase", RoleSupervisor, "", (*Cluster).callExists},
	{"forceShutdownDatabase", RoleAdministrator, "", (*Cluster).callForceStop},
	{"getBackupInfo", RoleSupervisor, "timestamp", (*Cluster).callBackupInfo},
	{"getBackupList", RoleSupervisor, "", (*Cluster).callBackupList},
	{"getBackupSchedule", RoleSupervisor, "", (*Cluster).callSchedule},
	{"getBackups", RoleSupervisor, "show_all_databases? show_expired_backups?", (*Cluster).callBackups},
	{"getDatabaseConnectionState", RoleUser, "", (*Cluster).callConnectible},
	{"getDatabaseConnectionString", RoleUser, "", (*Cluster).callConnectionString},
	{"getDatabaseInfo", RoleSupervisor, "", (*Cluster).callDatabaseInfo},
	{"getDatabaseNodes", RoleSupervisor, "", (*Cluster).callDatabaseNodes},
	{"getDatabaseOperation", RoleSupervisor, "", (*Cluster).callOperation},
	{"getDatabaseState", RoleUser, "", (*Cluster).callDatabaseState},
	{"getDatabaseStatistics", RoleSupervisor, "user password start? stop?", (*Cluster).callStatistics},
	{"operationGetCurrent", RoleSupervisor, "", (*Cluster).callOperation},
	{"restartDatabase", RoleAdministrator, "", (*Cluster).callRestartDatabase},
	{"restoreDatabase", RoleAdministrator, "id type", (*Cluster).callRestore},
	{"runningDatabase", RoleUser, "", (*Cluster).callRunning},
	{"setBackupSchedule", RoleAdministrator, "schedule", (*Cluster).callSetSchedule},
	{"shutdownDatabase", RoleAdministrator, "", (*Cluster).callStopDatabase},
	{"startDatabase", RoleAdministrator, "", (*Cluster).callStartDatabase},
	{"startStorageBackup", RoleAdministrator, "volume level expire", (*Cluster).callBackup},
	{"stateDatabase", RoleUser, "", (*Cluster).callDatabaseState},
	{"stopDatabase", RoleAdministrator, "", (*Cluster).callStopDatabase},
}

var logServiceMethods = []method{
	{"logEntries", RoleSupervisor, "", (*Cluster).callLogEntries},
	{"logEntriesTagged", RoleSupervisor, "tag", (*Cluster).callLogEntriesTagged},
}

var nodeMethods = []method{
	{"getDiskInfo", RoleSupervisor, "diskname", (*Cluster).callDiskInfo},
	{"getDiskStates", RoleSupervisor, "", (*Cluster).callDiskStates},
	{"getNodeState", RoleUser, "", (*Cluster).callNodeState},
	{"nodeRunning", RoleUser, "", (*Cluster).callNodeRunning},
	{"poweroffNode", RoleAdministrator, "", (*Cluster).callPowerOff},
	{"rebootNode", RoleAdministrator, "", (*Cluster).callReboot},
	{"resetNode", RoleAdministrator, "", (*Cluster).callReset},
	{"setActiveMode", RoleAdministrator, "", (*Cluster).callSetActive},
	{"setInstallMode", RoleAdministrator, "", (*Cluster).callSetInstall},
	{"setWipeMode", RoleAdministrator, "", (*Cluster).callSetWipe},
	{"shutdownNode", RoleAdministrator, "", (*Cluster).callShutdownThis},
	{"startClusterServices", RoleAdministrator, "", (*Cluster).callStartServices},
	{"startupNode", RoleAdministrator, "", (*Cluster).callStartupThis},
	{"stopClusterServices", RoleAdministrator, "", (*Cluster).callStopServices},
}

var driverMethods = []method{
	{"uploadFile", RoleAdministrator, "file name?", (*Cluster).callNothing},
}
