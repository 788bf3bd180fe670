package exaoperation

import (
	"slices"

	"runbook/simulator/model"
)

// A Hazard is an unsafe thing that the cluster saw happen: one of those below.
type Hazard = model.Hazard

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

func (c *Cluster) hazard(name, detail string) {
	c.hazards = append(c.hazards, Hazard{At: c.now, Name: name, Detail: detail})
}

// Hazards lists the unsafe things seen so far, in the order they happened,
// and then the standing ones.
func (c *Cluster) Hazards() []Hazard {
	all := slices.Clone(c.hazards)
	for p := range c.plugins {
		for i := range c.setup.licenses {
			if u := &c.plugins[p].units[i]; u.wrong {
				detail := "plugin " + c.plugins[p].spec.Name + " runs in the wrong process namespace on " + c.name(i)
				all = append(all, Hazard{At: u.since, Name: HazardPluginNamespace, Detail: detail, Standing: true})
			}
		}
	}
	return all
}

// watchShutdown looks at a node that is about to lose its power by a call.
func (c *Cluster) watchShutdown(i int32) {
	if !c.isOn(i) {
		return
	}
	c.watchServices(i)
	name := c.name(i)
	if c.master.on == i {
		if other := c.anotherOn(i, 0); other >= 0 {
			c.hazard(HazardMasterFirst, name+" runs EXAoperation and was shut down before "+c.name(other))
		}
	}
	if c.isLicense(i) {
		if other := c.anotherOn(i, c.setup.first); other >= 0 {
			c.hazard(HazardLicenseFirst, "license server "+name+" was shut down while "+c.name(other)+" is up")
		}
	}
}

// anotherOn is a node from the given one on that has power and is not i, or -1.
func (c *Cluster) anotherOn(i, from int32) int32 {
	for j := from; j < int32(len(c.nodes)); j++ {
		if j != i && c.isOn(j) {
			return j
		}
	}
	return -1
}

// watchServices looks at a node that is about to go out of service by a call.
func (c *Cluster) watchServices(i int32) {
	if !c.isUp(i) || !c.isData(i) {
		return
	}
	for k := range c.databases {
		if d := &c.databases[k]; d.level != down && slices.Contains(d.active, i) {
			c.hazard(HazardNodeDatabase, c.name(i)+" was shut down while database "+d.name+" is "+c.stateText(d))
		}
	}
	if c.storageRunsOn(i) {
		c.hazard(HazardNodeStorage, c.name(i)+" was shut down while EXAStorage runs on it")
	}
}
