package exaoperation

import (
	"strings"
	"sync"
)

// The names of the methods of a live 6.x system, by kind of object [D]. What
// has no entry in a table is answered with Texts.NotModelled.
var appendix = [...]string{
	clusterKind: `activateNodes addBucketFS addDatabase addJDBCDriver addKeyStore addLogService addNode addNodesFromXML
addPublicNetwork addRemoteVolume addRoute addSrvMgmtGroup addUser addVLAN callPlugin clusterDesc deleteLogs
deleteSubObject deleteUserById deleteUserByLogin editMonitorThresholds editNodeClusterDefaults
editNodeClusterNetwork editRemoteSyslogSettings editUser getAllArchiveVolumes getAllDatabaseNames getAllDatabases
getAllJDBCDrivers getAllKeyStores getAllLogServices getAllPublicNetworks getAllRoutes getAllSrvMgmtCardGroups
getAllUserLogins getAllUsers getAllUsersById getAllUsersByLogin getAllVLANs getAvailableUpdatesList
getClusterNodesAsXMLBase64 getCoredumpDeletionTime getCurrentLicenseServer getDatabaseList getDomainName
getEXACOSVersion getEXASolutionVersions getEXASuiteVersion getEXAoperationMaster getEXAoperationNodes
getFirewallConfiguration getHardwareInformation getInstallationHistory getInstalledJDBCDrivers getKeyStoreByName
getKeyStoreByObjName getLegalInfo getLicenseFeatures getLicenseLimits getLicenseProperties getListValues
getLoginRole getMonitoringThresholdValues getNTPServiceState getNodeList getNodeState getObsoleteEXASuiteVersions
getPath getPlugins getPossibleEXAoperationNodes getProperties getPublicNetwork getPublicNetworkDescription
getRolesForObject getServiceState getServiceStates getSoftware getSqlLogDeletionTime getSrvMgmtGroup
getSrvMgmtGroupDescription getUpdateURL getUploadPackageState getUserById getUserByName getVLAN getVLANDescription
grantRole haltLicenseServer havePlugins licenseUpdate listMethods listObjects methodHelp methodSignature
needEXAoperationRestart numberOfAvailableNodes objectRepresentation reinitEXAoperationPriorities removeDatabase
removeObsoleteEXASuite removePlugin restartEXAoperation restartLicenseServer saveBucketFSChanges setClusterTime
setDefaultRole setDiskPassword setKeyStore setPriorities showPluginFunctions showPluginList shutdownNode
startupNode submitFirewallConfiguration synchronizeNTP uploadSoftware uploadTlsFiles`,
	storageKind: `addStorageVolume checkNodeDiskInformation deleteMetadata editStorage getArchiveFilesystems getListValues
getPath getProperties getStorageInfo getVolumeInfo getVolumeList listMethods listObjects methodHelp methodSignature
nodesInformation nodesListInformation objectRepresentation serviceHasAutoRestartFlag serviceIsOnline
setAutoRestartFlag startEXAStorage stopEXAStorage storageHasQuorum volumeRemove`,
	databaseKind: `abortBackup abortShrink backupDatabase backupInfo changeBackupExpiration createDatabase deleteBackups
deleteUnusableBackups editDatabase enlargeDatabase existDatabase existsKeyTab forceShutdownDatabase getBackupInfo
getBackupList getBackupSchedule getBackups getCurrentDatabaseSize getCurrentErrors getDatabaseConnectionState
getDatabaseConnectionString getDatabaseInfo getDatabaseNodes getDatabaseOperation getDatabaseState
getDatabaseStatistics getDatabaseVersion getListValues getNextSchedules getNodeState getPath getPddProgress
getProperties listMethods listObjects maintenanceDatabase methodHelp methodSignature objectRepresentation
operationGetCurrent removeKeyTab restartDatabase restoreDatabase runningDatabase setBackupSchedule shrinkDatabase
shutdownDatabase startDatabase startDatabaseMaintenance startStorageBackup stateDatabase stopDatabase uploadKeyTab`,
	logServiceKind: `editLogService getListValues getPath getProperties listMethods listObjects logEntries logEntriesTagged
methodHelp methodSignature objectRepresentation`,
	nodeKind: `addNodeDisk addStorageDisk applyDefaultDiskLayout copyNode deleteDisks deleteSubObject editNode fixChecksums
getAllDisks getBondingActiveSlaves getDeviceInfo getDiskInfo getDiskStates getIPMISensorStatus getListValues
getNodeInfo getNodeState getPath getProperties getSrvMgmtSensorStatus listMethods listObjects methodHelp
methodSignature nodeRunning objectRepresentation operationGetCurrent poweroffNode rebootNode resetNode setActiveMode
setForceFSCKMode setForceNoFSCKMode setInstallMode setWipeMode shutdownNode startClusterServices startupNode
stopClusterServices toggleIdLed`,
	usersKind: everyObject,
	// Of the others nobody has seen a list. The first two have one method that clients call.
	bucketKind:   "editBucketFSBucket " + everyObject,
	driverKind:   everyObject + " uploadFile",
	plainKind:    everyObject,
	bucketFSKind: everyObject,
}

const everyObject = `getListValues getPath getProperties listMethods listObjects methodHelp methodSignature objectRepresentation`

var appendixNames = sync.OnceValue(func() [][]string {
	all := make([][]string, len(appendix))
	for kind, names := range appendix {
		all[kind] = strings.Fields(names)
	}
	return all
})

// namesOf lists the names of the methods of a kind of object, sorted.
func namesOf(kind objectKind) []string {
	if kind == rootKind {
		return nil
	}
	return appendixNames()[kind]
}
