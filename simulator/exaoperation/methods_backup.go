package exaoperation

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
)

// minute is how the interface writes a backup's times.
const minute = "2006-01-02 15:04"

func (c *Cluster) callBackup(in *invocation) Answer {
	d, t := c.databaseOf(in), &c.setup.Texts
	v := c.volumeArg(in, 0)
	level, ok := in.number(1)
	if !ok || level < 0 {
		return c.wrong(in, 1, "want a level from 0")
	}
	b := backup{level: level, forever: true}
	if long, ok := interval(in.args[2]); !ok {
		return c.wrong(in, 2, "want a time such as '1w 2d', or nothing in it")
	} else if long > 0 {
		b.forever, b.expires = false, c.now+long
	}
	switch {
	case v == nil || !c.sees(in.user, v):
		return c.fault(t.VolumeMissing)
	case v.kind == VolumeData:
		return c.fault(t.BackupNoArchive, "volume", v.name)
	case d.level != running:
		return c.fault(t.DatabaseIsDown, "db", d.name)
	case d.operation.name != "":
		return c.fault(t.DatabaseBusy, "db", d.name, "text", d.operation.name)
	}
	b.volume = v.name
	c.beginBackup(in.object.index, b)
	return answer(nil)
}

// interval reads a time as in "1w 2d 3h"; nothing is 0.
func interval(v effect.Value) (time.Duration, bool) {
	if v == nil {
		return 0, true
	}
	s, ok := v.(string)
	if !ok {
		n, number := v.(int64)
		if !number || n < 0 || n >= 1<<31 {
			return 0, false
		}
		return time.Duration(n) * time.Second, true
	}
	var sum time.Duration
	parts := strings.Fields(s)
	if len(parts) > 4 {
		return 0, false
	}
	for _, part := range parts {
		n, err := strconv.ParseUint(part[:len(part)-1], 10, 12)
		unit := map[byte]time.Duration{'w': 168 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}[part[len(part)-1]]
		if err != nil || unit == 0 {
			return 0, false
		}
		sum += time.Duration(n) * unit
	}
	return sum, true
}

func (c *Cluster) callAbortBackup(in *invocation) Answer {
	d := c.databaseOf(in)
	if d.operation.kind != backupOperation {
		return c.fault(c.setup.Texts.DatabaseIdle, "db", d.name)
	}
	c.abortOperation(in.object.index)
	return answer(nil)
}

// findBackup is the backup that a value means: an id, a time, a tuple of id
// and volume, or the three words of getBackups.
func (c *Cluster) findBackup(d *database, v effect.Value) *backup {
	if list, ok := v.([]effect.Value); ok {
		if len(list) != 2 {
			return nil
		}
		for i := range d.backups {
			b := &d.backups[i]
			if effect.Equal(list[0], b.id) && (effect.Equal(list[1], b.volume) || effect.Equal(list[1], volumeID(b))) {
				return b
			}
		}
		return nil
	}
	for i := range d.backups {
		b := &d.backups[i]
		switch v {
		case b.id, strconv.FormatInt(b.id, 10), c.wall(b.at).Format(minute), c.backupID(d, b):
			return b
		}
	}
	return nil
}

// backupID is the volume's number, the path in it, and the database.
func (c *Cluster) backupID(d *database, b *backup) string {
	return strconv.FormatInt(volumeID(b), 10) + " " + b.path(d.name) + " " + d.name
}

func volumeID(b *backup) int64 {
	id, _ := volumeNumber(b.volume)
	return id
}

func (c *Cluster) expireText(b *backup) string {
	if b.forever {
		return ""
	}
	return c.wall(b.expires).Format(minute)
}

func (c *Cluster) callBackupInfo(in *invocation) Answer {
	d := c.databaseOf(in)
	b := c.findBackup(d, in.args[0])
	if b == nil {
		return c.fault(c.setup.Texts.BackupMissing, "name", effect.Describe(in.args[0]))
	}
	needs := []effect.Value{}
	for _, id := range d.dependencies(b) {
		needs = append(needs, id)
	}
	files := make([]effect.Value, len(d.active))
	for i := range files {
		files[i] = expand(c.setup.Texts.BackupFile, "path", b.path(d.name), "n", strconv.Itoa(i))
	}
	return answer(effect.Struct{
		{Name: "id", Value: b.id},
		{Name: "usable", Value: !b.unusable},
		{Name: "volume", Value: []effect.Value{b.volume}},
		{Name: "dependencies", Value: needs},
		{Name: "timestamp", Value: c.wall(b.at).Format(minute)},
		{Name: "expire date", Value: c.expireText(b)},
		{Name: "files", Value: files},
	})
}

// callBackupList answers pairs whose meaning changed with 6.1.
func (c *Cluster) callBackupList(in *invocation) Answer {
	shape := c.setup.Behaviour.BackupList
	if shape == "version" {
		shape = "timestamp_id"
		if c.since(6, 1) {
			shape = "id_volume"
		}
	}
	d := c.databaseOf(in)
	list := make([]effect.Value, len(d.backups))
	for i := range d.backups {
		b := &d.backups[i]
		if shape == "id_volume" {
			list[i] = []effect.Value{b.id, b.volume}
		} else {
			list[i] = []effect.Value{c.wall(b.at).Format(minute), b.id}
		}
	}
	return answer(list)
}

func (c *Cluster) callBackups(in *invocation) Answer {
	flags := [2]bool{false, true}
	for i, v := range in.args {
		ok := false
		if flags[i], ok = v.(bool); !ok {
			return c.wrong(in, i, "want True or False")
		}
	}
	list := []effect.Value{}
	for k := range c.databases {
		d := &c.databases[k]
		if d.gone || !flags[0] && d != c.databaseOf(in) {
			continue
		}
		for i := range d.backups {
			if b := &d.backups[i]; flags[1] || !b.expired(c.now) {
				list = append(list, c.backupValue(d, b))
			}
		}
	}
	return answer(list)
}

func (c *Cluster) backupValue(d *database, b *backup) effect.Value {
	needs := "-"
	if list := d.dependencies(b); len(list) > 0 {
		text := make([]string, len(list))
		for i, id := range list {
			text[i] = strconv.FormatInt(id, 10)
		}
		needs = strings.Join(text, ",")
	}
	return effect.Struct{
		{Name: "bid", Value: b.id},
		{Name: "id", Value: c.backupID(d, b)},
		{Name: "system", Value: d.name},
		{Name: "usable", Value: !b.unusable},
		{Name: "expired", Value: b.expired(c.now)},
		{Name: "expire", Value: c.expireText(b)},
		{Name: "expire_alterable", Value: strconv.FormatInt(volumeID(b), 10) + " " + b.path(d.name)},
		{Name: "dependencies", Value: needs},
		{Name: "volume", Value: b.volume},
		{Name: "level", Value: b.level},
		{Name: "timestamp", Value: c.wall(b.at).Format(minute)},
	}
}

// callRestore restores a database that is down, and starts it.
func (c *Cluster) callRestore(in *invocation) Answer {
	d, t := c.databaseOf(in), &c.setup.Texts
	kind, _ := in.text(1)
	if !slices.Contains([]string{"blocking", "nonblocking", "virtual access"}, kind) {
		return c.wrong(in, 1, "want 'blocking', 'nonblocking' or 'virtual access'")
	}
	b := c.findBackup(d, in.args[0])
	for k := range c.databases {
		if b == nil {
			b = c.findBackup(&c.databases[k], in.args[0])
		}
	}
	switch {
	case b == nil || b.unusable:
		return c.fault(t.BackupMissing, "name", effect.Describe(in.args[0]))
	case d.absent:
		return c.fault(t.DatabaseMissing, "db", d.name)
	case d.level != down:
		return c.fault(t.DatabaseIsRunning, "db", d.name)
	case d.operation.name != "":
		return c.fault(t.DatabaseBusy, "db", d.name, "text", d.operation.name)
	}
	i := in.object.index
	long := c.draw(c.setup.Timings.Restore, forOperation, i, d.operation.gen+1)
	if kind != "blocking" {
		c.startDatabase(i)
		c.beginOperation(i, t.OperationRestore, otherOperation, max(long, 1))
		return answer(nil)
	}
	c.beginOperation(i, t.OperationRestore, restoreOperation, max(long, 1))
	return answer(nil)
}

// callChangeExpiration takes a volume's number, a path in it and seconds
// since 1970; 0 is never.
func (c *Cluster) callChangeExpiration(in *invocation) Answer {
	d := c.databaseOf(in)
	v := c.volumeArg(in, 0)
	path, _ := in.text(1)
	epoch, ok := in.number(2)
	if !ok || epoch < 0 || epoch > 1<<32 {
		return c.wrong(in, 2, "want seconds since 1970")
	}
	for i := range d.backups {
		b := d.backups[i]
		if v == nil || b.volume != v.name || b.path(d.name) != path {
			continue
		}
		b.forever, b.expires = epoch == 0, time.Unix(epoch, 0).Sub(c.setup.Start.Add(c.clock))
		d.backups = slices.Clone(d.backups)
		d.backups[i] = b
		return answer(nil)
	}
	return c.fault(c.setup.Texts.BackupMissing, "name", path)
}

func (c *Cluster) callSchedule(in *invocation) Answer {
	return answer(append([]effect.Value{}, c.databaseOf(in).schedule...))
}

func (c *Cluster) callSetSchedule(in *invocation) Answer {
	list, ok := in.args[0].([]effect.Value)
	if !ok {
		return c.wrong(in, 0, "want a list")
	}
	c.databaseOf(in).schedule = list
	return answer(nil)
}

// callStatistics answers a ZIP of CSV files in base64, if the database knows
// the user and accepts connections.
func (c *Cluster) callStatistics(in *invocation) Answer {
	d := c.databaseOf(in)
	login, _ := in.text(0)
	password, _ := in.text(1)
	if !d.accepts || login != d.spec.Login || password != d.spec.Password {
		return c.fault(c.setup.Texts.LoginFailed, "name", login)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("statistics.csv")
	if err == nil {
		_, err = f.Write([]byte("database,time\n" + d.name + "," + c.wall(c.now).Format(time.DateTime) + "\n"))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return c.fault(err.Error())
	}
	return answer(base64.StdEncoding.EncodeToString(b.Bytes()))
}
