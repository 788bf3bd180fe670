package exaoperation

// Texts are the words of the real one, as far as anybody has seen them, and
// stand-ins for the rest; defaults.go tells which is which. In them {node},
// {nodes}, {ip}, {mac}, {db}, {volume}, {version}, {n}, {name}, {role},
// {method}, {object}, {path} and {text} stand for what the moment puts there.
type Texts struct {
	// States.
	NodeRunning, NodeSuspended, NodeOff, NodeBooting, NodeStopping      string
	ServiceOK, ServiceDown                                              string
	DatabaseNone, DatabaseSetup, DatabaseStartup                        string
	DatabaseRunning, DatabaseShutdown                                   string
	OperationIdle, OperationBackup, OperationRestore                    string
	Connectible, NotConnectible                                         string
	StorageStarted                                                      string
	HardwareOnline, HardwareOffline                                     string
	PluginAbsent, PluginStopped, PluginStarted                          string
	PluginFailed, PluginNodeDown                                        string
	UploadNone, UploadDone, COSVersion, DriverID, CardGroup, BackupFile string

	// HTTP answers other than 200; the realm of a 401.
	Unauthorized, Gateway, Realm string

	// Faults of the framework.
	NotFound, TooMany, Missing, Representation string

	// Faults of the application.
	RoleDenied, WrongArgument, NotModelled                             string
	NodeUnknown, NodeNoCard, NodeIsOn, NodeIsOff, NodeStateBooting     string
	NoLicenseServer, NoCandidate                                       string
	StorageIsRunning, StorageIsStopped, StorageNodesMissing            string
	StorageDatabaseRunning, StorageFailed                              string
	DatabaseMissing, DatabaseExists, DatabaseIsRunning, DatabaseIsDown string
	DatabaseBusy, DatabaseIdle, DatabaseNotReady                       string
	VolumeMissing, BackupMissing, BackupNoArchive                      string
	PluginUnknown, PluginNoFunction                                    string
	DiskMissing, UserMissing, UserExists, LoginFailed                  string
	HelpUnknown                                                        string

	// The log, oldest line first. nil is the default, without elements is none.
	BootBegun, BootMounted, BootPrepared, BootFinished        []string // by the stages of a data node's boot
	DatabaseCreating, DatabaseStarting                        []string
	DatabaseStarted, DatabaseAccepting                        []string
	DatabaseStopping, DatabaseStopped                         []string
	DatabaseStartFailed, DatabaseLost                         []string
	StorageUp, StorageDown, StorageLost                       []string
	BackupBegun, BackupCleaned, BackupFinished, BackupAborted []string
	NodeGone                                                  []string
}
