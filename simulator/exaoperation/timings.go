package exaoperation

import "runbook/simulator/model"

// A Span is a duration drawn between two; see [model.Span].
type Span = model.Span

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
		*s.Field(&t) = model.None
	}
	t.LogWindow = Span{}
	return t
}
