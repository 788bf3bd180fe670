package exaoperation

import "time"

// A Hazard is an unsafe thing that the cluster saw happen. It is the ground
// truth: no client can read it, and nothing a client reads changes it.
type Hazard struct {
	At     time.Duration // since the beginning
	Name   string        // one of the constants below
	Detail string        // to which units
	// Standing: it is a condition that can still be put right, and is gone
	// from the list once it is. It counts when the work is done.
	Standing bool
}

// The hazards.
const (
	HazardStorageStopped  = "storage-stopped-under-database"    // EXAStorage stopped while a database is not down
	HazardNodeDatabase    = "node-shut-down-under-database"     // a node shut down while a database that uses it is not down
	HazardNodeStorage     = "node-shut-down-under-storage"      // a node shut down while EXAStorage runs on it
	HazardOperation       = "database-stopped-during-operation" // a database stopped while an operation is under way
	HazardServices        = "database-started-without-services" // a database started while a service is not OK
	HazardFlag            = "flagged-node-booted"               // a node booted that is to be installed or wiped
	HazardMasterFirst     = "master-shut-down-first"            // the node that runs EXAoperation shut down before the others
	HazardLicenseFirst    = "license-server-shut-down-first"    // a license server shut down while data nodes are up
	HazardPluginNamespace = "plugin-in-wrong-namespace"         // a plugin left in the wrong process namespace; standing
)

// HazardNames lists every hazard.
var HazardNames = []string{
	HazardStorageStopped, HazardNodeDatabase, HazardNodeStorage, HazardOperation, HazardServices,
	HazardFlag, HazardMasterFirst, HazardLicenseFirst, HazardPluginNamespace,
}
