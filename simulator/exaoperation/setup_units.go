package exaoperation

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Disks of a node as a user's output showed them [C].
var defaultDisks = []Disk{
	{Name: "d00_os", Type: "disk-type-os", Size: "50", Free: "42.4", RAID: "disk-raid-none", Encryption: "disk-encr-aes256", State: "None", MountCount: "34/39", NextFsck: "Wed Nov 15 18:13:39 2017"},
	{Name: "d01_swap", Type: "disk-type-swap", Size: "16", Free: "16.0", RAID: "disk-raid-none", Encryption: "disk-encr-aes256", State: "None", MountCount: "-", NextFsck: "-"},
	{Name: "d02_data", Type: "disk-type-data", Size: "100", Free: "95.0", RAID: "disk-raid-none", Encryption: "disk-encr-aes256", State: "None", MountCount: "34/39", NextFsck: "Wed Nov 15 18:13:39 2017"},
	{Name: "d03_storage", Type: "disk-type-storage", Size: "0", Free: "0.0", RAID: "disk-raid-none", Encryption: "disk-encr-none", Devices: []string{"/dev/sdb"}, State: "None", MountCount: "-", NextFsck: "-"},
}

// defaultFunctions are those of every plugin seen [D]; most descriptions are unknown.
var defaultFunctions = map[string]string{
	"INSTALL_AND_START": "Install and start plugin.",
	"STATUS":            "Show status of plugin (not installed, started, stopped).",
	"START":             "", "STOP": "", "RESTART": "", "UNINSTALL": "", "PUT_SNMP_CONFIG": "", "GET_SNMP_CONFIG": "",
}

// settleVolumes checks the volumes and adds those that databases need, and an
// archive volume if nothing was said about volumes.
func (s *setup) settleVolumes() error {
	volumes := slices.Clone(s.Volumes)
	for i := range volumes {
		v := &volumes[i]
		v.Kind = cmp.Or(v.Kind, VolumeData)
		if err := oneOf(fmt.Sprintf("volumes[%d].kind", i), v.Kind, VolumeData, VolumeArchive, VolumeRemote); err != nil {
			return err
		}
		if _, ok := volumeNumber(v.Name); !ok || (v.Name[0] == 'r') != (v.Kind == VolumeRemote) {
			return fmt.Errorf("volumes[%d].name: got %q, want \"v0000\", or \"r0001\" for a remote one", i, v.Name)
		}
		if slices.ContainsFunc(volumes[:i], func(o Volume) bool { return o.Name == v.Name }) {
			return fmt.Errorf("volumes[%d].name: got %q twice, want every name once", i, v.Name)
		}
		if v.Redundancy < 0 || v.Size < 0 {
			return fmt.Errorf("volumes[%d]: got redundancy %d and size %d, want positive numbers", i, v.Redundancy, v.Size)
		}
	}
	if s.Databases == nil {
		s.Databases = []Database{{Name: "exa_db1"}}
	} else {
		s.Databases = slices.Clone(s.Databases)
	}
	taken := func(name string) bool {
		return slices.ContainsFunc(volumes, func(o Volume) bool { return o.Name == name })
	}
	for i := range s.Databases {
		d := &s.Databases[i]
		if d.Volume == "" {
			d.Volume = freeVolume(taken)
			volumes = append(volumes, Volume{Name: d.Volume, Kind: VolumeData, Nodes: d.Nodes})
		} else if !taken(d.Volume) {
			return fmt.Errorf("databases[%d].volume: got %q, want a volume", i, d.Volume)
		}
	}
	if s.Volumes == nil {
		volumes = append(volumes, Volume{Name: freeVolume(taken), Kind: VolumeArchive})
	}
	s.Volumes = volumes
	return nil
}

// volumeNumber reads "v0012" as 12 and "r0001" as 10001.
func volumeNumber(name string) (int64, bool) {
	if len(name) < 5 || name[0] != 'v' && name[0] != 'r' {
		return 0, false
	}
	n, err := strconv.ParseUint(name[1:], 10, 31)
	if name[0] == 'r' {
		n += 10000
	}
	return int64(n), err == nil
}

// freeVolume is the lowest name that is not taken.
func freeVolume(taken func(string) bool) string {
	for n := 0; ; n++ {
		if name := string(appendNumber([]byte{'v'}, n, 4)); !taken(name) {
			return name
		}
	}
}

func (s *setup) settleDatabases() error {
	for i := range s.Databases {
		d := &s.Databases[i]
		if d.Name == "" || strings.ContainsAny(d.Name, "/.") {
			return fmt.Errorf("databases[%d].name: got %q, want a name without dots and slashes", i, d.Name)
		}
		if slices.ContainsFunc(s.Databases[:i], func(o Database) bool { return o.Name == d.Name }) {
			return fmt.Errorf("databases[%d].name: got %q twice, want every name once", i, d.Name)
		}
		if d.State != "" {
			if err := oneOf(fmt.Sprintf("databases[%d].state", i), d.State, DatabaseNone, DatabaseSetup, DatabaseStartup, DatabaseRunning, DatabaseShutdown); err != nil {
				return err
			}
		}
		if d.Port == 0 {
			d.Port = 8563
		}
		d.Version = cmp.Or(d.Version, s.Version)
		d.Login, d.Password = cmp.Or(d.Login, "sys"), cmp.Or(d.Password, "exasol")
		if err := s.settleBackups(i); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) settleBackups(i int) error {
	d := &s.Databases[i]
	if len(d.Backups) == 0 {
		return nil
	}
	d.Backups = slices.Clone(d.Backups)
	for j := range d.Backups {
		b := &d.Backups[j]
		if b.ID == 0 {
			b.ID = int64(j + 1)
		}
		k := slices.IndexFunc(s.Volumes, func(v Volume) bool {
			return v.Kind != VolumeData && (b.Volume == "" || b.Volume == v.Name)
		})
		if k < 0 {
			return fmt.Errorf("databases[%d].backups[%d].volume: got %q, want an archive volume", i, j, b.Volume)
		}
		b.Volume = s.Volumes[k].Name
	}
	return nil
}

func (s *setup) settlePlugins() error {
	s.Plugins = slices.Clone(s.Plugins)
	s.functions = make([][]string, len(s.Plugins))
	for i := range s.Plugins {
		p := &s.Plugins[i]
		field := fmt.Sprintf("plugins[%d].", i)
		if p.Name == "" || slices.ContainsFunc(s.Plugins[:i], func(o Plugin) bool { return o.Name == p.Name }) {
			return fmt.Errorf("%sname: got %q, want a name of its own", field, p.Name)
		}
		if p.Functions == nil {
			p.Functions = defaultFunctions
		}
		s.functions[i] = slices.Sorted(maps.Keys(p.Functions))
		p.State = cmp.Or(p.State, PluginStarted)
		stopped, wrong := PluginStopped, NamespaceWrong
		if s.Begin == Running {
			stopped, wrong = PluginStarted, NamespaceRight
		}
		p.OnNodes = cmp.Or(p.OnNodes, stopped)
		p.Namespace = cmp.Or(p.Namespace, wrong)
		for _, state := range []PluginState{p.State, p.OnNodes} {
			if err := oneOf(field+"state", state, PluginAbsent, PluginStopped, PluginStarted); err != nil {
				return err
			}
		}
		if err := oneOf(field+"namespace", p.Namespace, NamespaceRight, NamespaceWrong); err != nil {
			return err
		}
	}
	return nil
}

func (s *setup) settleFaults() error {
	f := &s.Faults
	for i, n := range f.Nodes {
		if err := s.known(n.Node, "faults.nodes", i); err != nil {
			return err
		}
		if err := oneOf(fmt.Sprintf("faults.nodes[%d].kind", i), n.Kind, NeverBoots, BootsLate, FallsOver, Suspends, Flagged); err != nil {
			return err
		}
		if n.Kind == Suspends && s.index[n.Node] < s.first {
			return fmt.Errorf("faults.nodes[%d]: got %q, want a data node", i, n.Node)
		}
		if n.Flag != "" {
			if err := oneOf(fmt.Sprintf("faults.nodes[%d].flag", i), n.Flag, Active, ToInstall, ToWipe); err != nil {
				return err
			}
		}
	}
	for i, t := range f.Storage {
		if err := oneOf(fmt.Sprintf("faults.storage[%d].kind", i), t.Kind, StorageRefuses, StorageFails, StorageHangs, StorageLost, StorageStopHangs); err != nil {
			return err
		}
	}
	for i, d := range f.Databases {
		if !slices.ContainsFunc(s.Databases, func(o Database) bool { return o.Name == d.Database }) {
			return fmt.Errorf("faults.databases[%d].database: got %q, want a database", i, d.Database)
		}
		if err := oneOf(fmt.Sprintf("faults.databases[%d].kind", i), d.Kind, NotConnectible, StartFails, StartHangs, StopHangs, Busy, Disappears, Crashes); err != nil {
			return err
		}
	}
	for i, n := range f.Interface {
		if err := oneOf(fmt.Sprintf("faults.interface[%d].kind", i), n.Kind, Unreachable, Gateway, Moves); err != nil {
			return err
		}
		if n.Kind == Moves && !slices.Contains(s.Candidates, n.Node) {
			return fmt.Errorf("faults.interface[%d].node: got %q, want one of the candidates", i, n.Node)
		}
	}
	return s.settleMoreFaults()
}

func (s *setup) settleMoreFaults() error {
	f := &s.Faults
	for i, p := range f.Passwords {
		if p.User != "" && !slices.ContainsFunc(s.Users, func(u User) bool { return u.Login == p.User }) {
			return fmt.Errorf("faults.passwords[%d].user: got %q, want a user", i, p.User)
		}
	}
	for i, v := range f.Services {
		if err := oneOf(fmt.Sprintf("faults.services[%d].service", i), v.Service, serviceNames[:]...); err != nil {
			return err
		}
	}
	for i, p := range f.Plugins {
		if !slices.ContainsFunc(s.Plugins, func(o Plugin) bool { return o.Name == p.Plugin }) {
			return fmt.Errorf("faults.plugins[%d].plugin: got %q, want a plugin", i, p.Plugin)
		}
		if p.Node != "" {
			if err := s.known(p.Node, "faults.plugins", i); err != nil {
				return err
			}
		}
	}
	return nil
}
