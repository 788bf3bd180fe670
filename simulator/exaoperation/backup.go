package exaoperation

import (
	"slices"
	"strconv"
	"time"
)

// An operationKind is what the end of an operation brings about.
type operationKind uint8

const (
	otherOperation operationKind = iota
	backupOperation
	restoreOperation
)

// An operation keeps a database busy; its name is "" if there is none.
type operation struct {
	name   string
	kind   operationKind
	gen    uint32
	backup backup // that is being made
}

// A backup of a database.
type backup struct {
	id       int64
	level    int64
	volume   string
	at       time.Duration // since the beginning; negative if made before
	expires  time.Duration // since the beginning; never if forever
	forever  bool
	unusable bool
}

func (c *Cluster) beginBackups(d *database) {
	if len(d.spec.Backups) == 0 {
		return
	}
	d.backups = make([]backup, len(d.spec.Backups))
	for i, b := range d.spec.Backups {
		d.backups[i] = backup{
			id: b.ID, level: b.Level, volume: b.Volume, at: -b.Age,
			expires: b.Expires, forever: b.Expires == 0, unusable: b.Unusable,
		}
		d.made = max(d.made, b.ID)
	}
}

// path is where the backup is within its volume.
func (b *backup) path(db string) string {
	return db + "/id_" + strconv.FormatInt(b.id, 10) + "/level_" + strconv.FormatInt(b.level, 10)
}

func (b *backup) expired(now time.Duration) bool { return !b.forever && now >= b.expires }

// dependencies are the backups that one needs: the last of the level below,
// and what that needs.
func (d *database) dependencies(b *backup) []int64 {
	var needs []int64
	for level, i := b.level, len(d.backups)-1; i >= 0 && level > 0; i-- {
		if o := &d.backups[i]; o.id < b.id && o.level < level {
			needs = append(needs, o.id)
			level = o.level
		}
	}
	slices.Reverse(needs)
	return needs
}

// beginOperation lets an operation begin that takes so long; 0 is as long as
// a backup takes.
func (c *Cluster) beginOperation(i int32, name string, kind operationKind, long time.Duration) {
	o := &c.databases[i].operation
	o.gen++
	o.name, o.kind = name, kind
	if long == 0 {
		long = c.draw(c.setup.Timings.Backup, forOperation, i, o.gen)
	}
	c.plan(long, operationEnds, i, o.gen)
}

// beginBackup begins with the removal of expired backups.
func (c *Cluster) beginBackup(i int32, b backup) {
	d, t := &c.databases[i], &c.setup.Texts
	d.made++
	b.id, b.at = d.made, c.now
	c.noteBackup(t.BackupBegun, Notice, i)
	cleanup := c.draw(c.setup.Timings.BackupCleanup, forCleanup, i, d.operation.gen+1)
	c.beginOperation(i, t.OperationBackup, backupOperation, cleanup+c.draw(c.setup.Timings.Backup, forOperation, i, d.operation.gen+1))
	d.operation.backup = b
	c.plan(cleanup, operationCleaned, i, d.operation.gen)
}

func (c *Cluster) operationCleaned(i int32) {
	d := &c.databases[i]
	if d.operation.kind == backupOperation {
		d.backups = slices.DeleteFunc(slices.Clone(d.backups), func(b backup) bool { return b.expired(c.now) && !c.needed(d, b.id) })
		c.noteBackup(c.setup.Texts.BackupCleaned, Notice, i)
	}
}

// needed reports whether a backup that has not expired depends on the one.
func (c *Cluster) needed(d *database, id int64) bool {
	return slices.ContainsFunc(d.backups, func(b backup) bool {
		return !b.expired(c.now) && slices.Contains(d.dependencies(&b), id)
	})
}

func (c *Cluster) operationEnded(i int32) {
	d := &c.databases[i]
	o := d.operation
	d.operation = operation{gen: o.gen + 1}
	switch o.kind {
	case backupOperation:
		d.backups = append(slices.Clip(d.backups), o.backup)
		c.noteBackup(c.setup.Texts.BackupFinished, Notice, i)
	case restoreOperation:
		if d.level == down {
			c.startDatabase(i)
		}
	}
	if d.stops && d.level == running {
		c.stopDatabase(i, d.again)
	}
}

// abortOperation ends an operation before its time.
func (c *Cluster) abortOperation(i int32) {
	d := &c.databases[i]
	if d.operation.name == "" {
		return
	}
	if d.operation.kind == backupOperation {
		c.noteBackup(c.setup.Texts.BackupAborted, Error, i)
	}
	d.operation = operation{gen: d.operation.gen + 1}
}

// operationForced begins the operation of a fault.
func (c *Cluster) operationForced(fault int32) {
	f := &c.setup.Faults.Databases[fault]
	i := c.databaseNamed(f.Database)
	if d := &c.databases[i]; d.operation.name == "" && !d.gone {
		c.beginOperation(i, either(f.Operation, c.setup.Texts.OperationBackup), otherOperation, f.For)
	}
}

func (c *Cluster) noteBackup(lines []string, p Priority, i int32) {
	c.note(lines, p, serviceDWAd, c.databases[i].active[0], i, 0)
}
