package exaoperation

// Texts are the words of the real one, as far as anybody has seen them, and
// stand-ins for the rest; defaults.go tells which is which. In them {node},
// {nodes}, {ip}, {mac}, {db}, {volume}, {version}, {n}, {name}, {role},
// {method}, {object}, {path} and {text} stand for what the moment puts there.
type Texts struct {
	// States.
	NodeRunning, NodeSuspended, NodeOff, NodeBooting, NodeStopping string
	ServiceOK, ServiceDown                                         string
	DatabaseNone, DatabaseSetup, DatabaseStartup                   string
	DatabaseRunning, DatabaseShutdown                              string
	OperationIdle, OperationBackup, OperationRestore               string
	Connectible, NotConnectible                                    string
	StorageStarted                                                 string
	HardwareOnline, HardwareOffline                                string
	PluginAbsent, PluginStopped, PluginStarted                     string
	PluginFailed, PluginNodeDown                                   string
	UploadNone, UploadDone                                         string

	// HTTP answers other than 200.
	Unauthorized, Gateway string

	// Faults of the framework.
	NotFound, TooMany, Missing, Exception, Representation string

	// Faults of the application.
	RoleDenied, WrongArgument, NotModelled                             string
	NodeUnknown, NodeNoCard, NodeIsOn, NodeIsOff, NodeStateBooting     string
	NoLicenseServer, NoCandidate                                       string
	StorageIsRunning, StorageIsStopped, StorageNodesMissing            string
	StorageDatabaseRunning, StorageFailed                              string
	DatabaseMissing, DatabaseExists, DatabaseIsRunning, DatabaseIsDown string
	DatabaseBusy, DatabaseNotReady                                     string
	VolumeMissing, BackupMissing, BackupNoArchive                      string
	PluginUnknown, PluginNoFunction                                    string
	DiskMissing, UserMissing, UserExists, RoleUnknown, LoginFailed     string
	HelpUnknown                                                        string

	// The log.
	BootBegun, BootMounted, BootPrepared, BootFinished []string // by the stages of a boot, oldest first; nil as Version says
	DatabaseStarting, DatabaseStarted                  []string
	DatabaseStopping, DatabaseStopped                  []string
	DatabaseStartFailed, DatabaseLost                  []string
	StorageStarting, StorageUp, StorageStopping        []string
	StorageDown, StorageGone                           []string
	BackupBegun, BackupCleaning, BackupCleaned         []string
	BackupFinished, BackupAborted                      []string
	NodeGone, EXAoperationStarted                      []string
}
