package exaoperation

import "time"

// A Span is a duration drawn between Min and Max. The zero Span is the
// default of its field; [None] is no time at all. A Max below Min counts as Min.
type Span struct{ Min, Max time.Duration }

// None is the Span of what happens at once.
var None = Span{-1, -1}

// Fixed is the Span of what always takes d.
func Fixed(d time.Duration) Span {
	if d <= 0 {
		return None
	}
	return Span{d, d}
}

// Timings are how long things take. Their defaults stand in defaults.go.
type Timings struct {
	NodeBoot            Span // a data node, from power on to running
	NodeShutdown        Span // a data node, to power off
	LicenseBoot         Span // a license server, from power on until EXAoperation can start on it
	LicenseShutdown     Span // a license server, to power off
	ClusterServices     Span // stopClusterServices, startClusterServices
	EXAoperationStart   Span // EXAoperation on a node that has just booted
	EXAoperationRestart Span // restartEXAoperation, also to another node
	Failover            Span // EXAoperation, from a node that is gone to the next
	StorageStart        Span // until its service is OK
	StorageStop         Span // until its service is not running
	DatabaseCreate      Span // none to setup
	DatabaseStart       Span // setup to running
	DatabaseConnect     Span // running to connectible
	DatabaseStop        Span // running to setup
	FailureDetect       Span // until a database on a failed node is stopped
	ReserveActivate     Span // until a reserve node stands in
	ReserveConnect      Span // until a database with a new node is connectible
	Backup              Span // also every other operation that says no duration
	BackupCleanup       Span // removal of expired backups, before the backup itself
	Restore             Span // a blocking restore
	LogWindow           Span // how far back logEntries looks; Max counts
}

// Instant are Timings in which nothing takes time.
func Instant() Timings {
	var t Timings
	for _, s := range timingSettings {
		*s.field(&t) = None
	}
	t.LogWindow = Span{}
	return t
}
