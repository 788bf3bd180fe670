package exaoperation

import "runbook/effect"

// The services that getServiceState lists, in its order [D].
var serviceNames = [...]string{"Loggingd", "Lockd", "Storaged", "DWAd"}

const storaged = 2

// serviceState is the state of a service as getServiceState shows it.
func (c *Cluster) serviceState(i int) string {
	t := &c.setup.Texts
	for _, f := range c.setup.Faults.Services {
		if f.Service == serviceNames[i] && c.lasting(f.From, f.For) {
			return either(f.State, t.ServiceDown)
		}
	}
	if i == storaged && !c.storage.serves {
		return t.ServiceDown
	}
	return t.ServiceOK
}

// badService is a service that is not OK, or "".
func (c *Cluster) badService() string {
	for i, name := range serviceNames {
		if state := c.serviceState(i); state != c.setup.Texts.ServiceOK {
			return name + " is " + state
		}
	}
	return ""
}

func (c *Cluster) callServiceState(*invocation) Answer {
	list := make([]effect.Value, len(serviceNames))
	for i, name := range serviceNames {
		list[i] = []effect.Value{name, c.serviceState(i)}
	}
	return answer(list)
}
