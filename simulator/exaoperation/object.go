package exaoperation

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An objectKind decides which methods and which objects below it an object has.
type objectKind uint8

const (
	rootKind objectKind = iota
	clusterKind
	storageKind
	databaseKind
	logServiceKind
	nodeKind
	usersKind
	bucketFSKind
	bucketKind
	driverKind
	plainKind // nothing is known of it but that it is there
)

// An object is what a path leads to. Its name is the path below the cluster.
type object struct {
	kind  objectKind
	index int32 // of the database, log service or node
	name  string
}

var (
	root    = object{kind: rootKind}
	object0 = object{kind: clusterKind} // the cluster itself
)

func (c *Cluster) beginObjects() {
	c.objects = make(map[string]object, 8+len(c.databases))
	c.addObject(storageKind, 0, "storage")
	c.addObject(usersKind, 0, "users")
	c.addObject(plainKind, 0, "support")
	for i := range c.databases {
		c.addObject(databaseKind, int32(i), "db_"+c.databases[i].name)
	}
	for i := range c.logs {
		c.addObject(logServiceKind, int32(i), "logservice"+strconv.Itoa(i+1))
	}
	for _, name := range c.setup.BucketFS {
		c.addObject(bucketFSKind, 0, name)
	}
	remotes := 0
	for i := range c.volumes {
		if c.volumes[i].kind == VolumeRemote {
			remotes++
			c.addObject(plainKind, int32(i), "remote"+strconv.Itoa(remotes))
		}
	}
}

func (c *Cluster) addObject(kind objectKind, index int32, name string) {
	if c.shared {
		c.objects, c.shared = maps.Clone(c.objects), false
	}
	c.objects[name] = object{kind, index, name}
}

func (c *Cluster) objectName(o object) string { return o.name }

// path is where the object is on the server.
func (c *Cluster) path(o object) string {
	switch o.kind {
	case rootKind:
		return "/"
	case clusterKind:
		return "/" + c.setup.base
	}
	return "/" + c.setup.base + "/" + o.name
}

// resolve follows the path and all but the last part of a dotted method name.
// It reports the object, the last part, and the answer if there is no such object.
func (c *Cluster) resolve(path, dotted string) (object, string, *Answer) {
	o := root
	for path != "" {
		var part string
		part, path, _ = strings.Cut(path, "/")
		if part == "" {
			continue
		}
		next, ok := c.child(o, part)
		if !ok && strings.ContainsAny(part, "%+") {
			next, ok = c.escaped(o, &part)
		}
		if !ok {
			a := c.notFound(o, part)
			return o, "", &a
		}
		o = next
	}
	for {
		part, rest, more := strings.Cut(dotted, ".")
		if !more {
			return o, part, nil
		}
		next, ok := c.child(o, part)
		if !ok {
			a := c.notFound(o, part)
			return o, "", &a
		}
		o, dotted = next, rest
	}
}

// escaped is child for a name as it stands in a URL. Clients write a space as
// a plus sign.
func (c *Cluster) escaped(o object, part *string) (object, bool) {
	name, err := url.PathUnescape(*part)
	if err != nil {
		return object{}, false
	}
	*part = strings.ToValidUTF8(name, "\ufffd")
	if next, ok := c.child(o, *part); ok {
		return next, true
	}
	return c.child(o, strings.ReplaceAll(*part, "+", " "))
}

// child is the object below another with a name.
func (c *Cluster) child(o object, name string) (object, bool) {
	switch o.kind {
	case rootKind:
		return object0, name == c.setup.base
	case clusterKind:
		if next, ok := c.objects[name]; ok {
			return next, next.kind != databaseKind || !c.databases[next.index].gone
		}
		if i, ok := c.findNode(name, false); ok {
			return object{nodeKind, i, c.name(i)}, true
		}
	case storageKind:
		if i, ok := c.findNode(name, false); ok && c.isData(i) {
			return object{plainKind, i, "storage/" + c.name(i)}, true
		}
		if c.volumeNamed(name) != nil {
			return object{plainKind, 0, "storage/" + name}, true
		}
	case nodeKind:
		if c.diskNamed(name) != nil {
			return object{plainKind, 0, o.name + "/" + name}, true
		}
	case bucketFSKind:
		if name == "default" {
			return object{bucketKind, 0, o.name + "/" + name}, true
		}
	}
	return object{}, false
}

// below lists the names of the objects below another, sorted.
func (c *Cluster) below(o object) []string {
	var list []string
	switch o.kind {
	case clusterKind:
		for name, next := range c.objects {
			if _, ok := c.child(o, name); ok && next.kind != usersKind {
				list = append(list, name)
			}
		}
		for _, i := range c.setup.data {
			list = append(list, c.name(i))
		}
	case storageKind:
		for _, i := range c.setup.data {
			list = append(list, c.name(i))
		}
		for i := range c.volumes {
			list = append(list, c.volumes[i].name)
		}
	case nodeKind:
		for i := range c.setup.Disks {
			list = append(list, c.setup.Disks[i].Name)
		}
	case bucketFSKind:
		list = append(list, "default")
	}
	slices.Sort(list)
	return list
}

func (c *Cluster) diskNamed(name string) *Disk {
	for i := range c.setup.Disks {
		if c.setup.Disks[i].Name == name {
			return &c.setup.Disks[i]
		}
	}
	return nil
}

// findNode is the node with a name; a plugin's may be short.
func (c *Cluster) findNode(name string, plugin bool) (int32, bool) {
	if i, ok := c.setup.index[name]; ok {
		return i, true
	}
	b := c.setup.Behaviour.ShortNames
	if b == "nowhere" || b == "plugins" && !plugin {
		return 0, false
	}
	n, ok := nodeNumber(name, true)
	if !ok {
		return 0, false
	}
	i, ok := c.setup.index[nodeName(int(n))]
	return i, ok
}
