package exaoperation

import (
	"slices"

	"runbook/effect"
)

func (c *Cluster) callStorageOnline(*invocation) Answer {
	return answer(c.storage.serves)
}

func (c *Cluster) callHasQuorum(*invocation) Answer {
	return answer(c.storage.level != down && c.hasQuorum())
}

func (c *Cluster) callHasAutoRestart(*invocation) Answer { return answer(c.storage.restart) }

func (c *Cluster) callSetAutoRestart(in *invocation) Answer {
	c.storage.restart = true
	if len(in.args) > 0 {
		flag, ok := in.args[0].(bool)
		if !ok {
			return c.wrong(in, 0, "want True or False")
		}
		c.storage.restart = flag
	}
	return answer(nil)
}

func (c *Cluster) callVolumeList(*invocation) Answer {
	var list []string
	for i := range c.volumes {
		list = append(list, c.volumes[i].name)
	}
	if c.setup.Behaviour.VolumeList == "list" {
		return answer(values(list))
	}
	all := make(effect.Struct, len(list))
	for i, name := range list {
		all[i] = effect.Field{Name: name, Value: c.volumeValue(&c.volumes[i])}
	}
	return answer(all)
}

// sees reports whether a user may read a volume: an Administrator may.
func (c *Cluster) sees(u int, v *volume) bool {
	w := &c.users[u]
	return v.readers == nil || w.role.rank() >= RoleAdministrator.rank() || slices.Contains(v.readers, w.login)
}

// volumeArg is the volume that argument i names or numbers.
func (c *Cluster) volumeArg(in *invocation, i int) *volume {
	n, number := in.number(i)
	name, _ := in.text(i)
	for k := range c.volumes {
		v := &c.volumes[k]
		id, _ := volumeNumber(v.name)
		if v.name == name || number && id == n {
			return v
		}
	}
	if o, ok := c.objects[name]; ok && o.kind == plainKind && name != "support" {
		return &c.volumes[o.index]
	}
	return nil
}

func (c *Cluster) callVolumeInfo(in *invocation) Answer {
	v := c.volumeArg(in, 0)
	if v == nil || !c.sees(in.user, v) {
		return c.fault(c.setup.Texts.VolumeMissing)
	}
	return answer(c.volumeValue(v))
}

// volumeValue has the segments of a volume: one list of nodes for each copy.
func (c *Cluster) volumeValue(v *volume) effect.Value {
	segments := []effect.Value{}
	for k := 0; k < v.redundancy && v.kind != VolumeRemote; k++ {
		layer := make([]effect.Value, len(v.nodes))
		for s := range layer {
			layer[s] = c.name(v.nodes[(s+k)%len(v.nodes)])
		}
		segments = append(segments, layer)
	}
	return effect.Struct{
		{Name: "disk", Value: v.disk},
		{Name: "redundancy", Value: int64(v.redundancy)},
		{Name: "size", Value: v.size},
		{Name: "segments", Value: segments},
	}
}

func (c *Cluster) callAddVolume(in *invocation) Answer {
	fields, ok := in.fields(0)
	if !ok {
		return c.wrong(in, 0, "want a dictionary")
	}
	v := volume{name: c.freeVolume(), kind: VolumeData, nodes: c.setup.data}
	if kind, _ := fieldText(fields, "volume_type"); kind == "Archive" {
		v.kind = VolumeArchive
	}
	if list, said := fields.Get("nodes_list"); said {
		names, ok := texts(list)
		nodes, err := c.setup.nodeList(names, "nodes_list")
		if !ok || err != nil || len(nodes) == 0 {
			return c.wrong(in, 0, "want nodes in nodes_list")
		}
		v.nodes = nodes
	}
	v.size, _ = fieldNumber(fields, "size")
	if n, said := fieldNumber(fields, "redundancy"); said {
		v.redundancy = int(max(1, min(n, int64(len(v.nodes)))))
	}
	v.disk, _ = fieldText(fields, "hdd_type")
	if users, said := fields.Get("allowed_users"); said {
		if v.readers, ok = texts(users); !ok {
			return c.wrong(in, 0, "want logins in allowed_users")
		}
	}
	c.completeVolume(&v)
	c.volumes = append(slices.Clip(c.volumes), v)
	return answer(v.name)
}
