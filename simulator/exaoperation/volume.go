package exaoperation

import (
	"fmt"
	"slices"
)

// A volume of EXAStorage, or a remote one.
type volume struct {
	name       string
	kind       VolumeKind
	temporary  bool
	disk       string
	redundancy int
	size       int64
	nodes      []int32
	readers    []string // nil for everybody
}

func (c *Cluster) beginVolumes() error {
	s := c.setup
	c.volumes = make([]volume, len(s.Volumes))
	for i := range s.Volumes {
		spec := &s.Volumes[i]
		nodes, err := s.nodeList(spec.Nodes, fmt.Sprintf("volumes[%d].nodes", i))
		if err != nil {
			return err
		}
		v := &c.volumes[i]
		*v = volume{
			name: spec.Name, kind: spec.Kind, disk: spec.Disk, redundancy: spec.Redundancy,
			size: spec.Size, nodes: nodes, readers: spec.Readers,
		}
		c.completeVolume(v)
	}
	return nil
}

// completeVolume fills in what was not said of a volume.
func (c *Cluster) completeVolume(v *volume) {
	if v.redundancy == 0 {
		v.redundancy = 2
	}
	v.redundancy = min(v.redundancy, len(v.nodes))
	if v.size == 0 {
		v.size = 100
	}
	if v.disk == "" {
		v.disk = "d03_storage"
	}
}

func (c *Cluster) volumeNamed(name string) *volume {
	for i := range c.volumes {
		if c.volumes[i].name == name {
			return &c.volumes[i]
		}
	}
	return nil
}

func (c *Cluster) freeVolume() string {
	return freeVolume(func(name string) bool { return c.volumeNamed(name) != nil })
}

// addTemporary makes the temporary volume of a database that runs.
func (c *Cluster) addTemporary(d *database) string {
	v := volume{name: c.freeVolume(), kind: VolumeData, temporary: true, nodes: d.active, redundancy: 1}
	if p := c.volumeNamed(d.spec.Volume); p != nil {
		v.readers, v.disk = p.readers, p.disk
	}
	c.completeVolume(&v)
	c.volumes = append(slices.Clip(c.volumes), v)
	return v.name
}

func (c *Cluster) removeTemporary(d *database) {
	if d.temp != "" {
		temp := d.temp
		d.temp = ""
		c.volumes = slices.DeleteFunc(c.volumes, func(v volume) bool { return v.name == temp })
	}
}

// hasData reports whether a copy of every segment of the database's volume is
// on a node in service that has not lost its data.
func (c *Cluster) hasData(d *database) bool {
	v := c.volumeNamed(d.spec.Volume)
	return v != nil && c.covered(v, func(i int32) bool { return c.isUp(i) && !c.nodes[i].lost })
}

// lostData reports whether some segment of the volume has no copy left at all.
func (c *Cluster) lostData(v *volume) bool {
	return v.kind != VolumeRemote && !c.covered(v, func(i int32) bool { return !c.nodes[i].lost })
}

// covered reports whether every segment has a copy on a good node. The copies
// of a segment are on neighbouring nodes.
func (c *Cluster) covered(v *volume, good func(int32) bool) bool {
	for segment := range v.nodes {
		found := false
		for k := 0; k < v.redundancy && !found; k++ {
			found = good(v.nodes[(segment+k)%len(v.nodes)])
		}
		if !found {
			return false
		}
	}
	return true
}
