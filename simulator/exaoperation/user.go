package exaoperation

import (
	"slices"
	"strconv"

	"runbook/effect"
)

// rank orders the roles; 0 is none of them.
func (r Role) rank() uint8 {
	switch r {
	case RoleUser:
		return 1
	case RoleSupervisor:
		return 2
	case RoleAdministrator:
		return 3
	case RoleMaster:
		return 4
	}
	return 0
}

// A user and what it may do.
type user struct {
	login, password string
	role            Role    // everywhere
	grants          []grant // replaced, never changed
}

type grant struct {
	object string
	role   Role
}

func (c *Cluster) beginUsers() {
	c.users = make([]user, len(c.setup.Users))
	for i, u := range c.setup.Users {
		if u.Role == "" {
			u.Role = RoleUser
		}
		c.users[i] = user{login: u.Login, password: u.Password, role: u.Role}
	}
}

// login is the user that the call's credentials are right for, or -1.
func (c *Cluster) login(call *Call) int {
	if !call.Authenticated {
		return -1
	}
	for i := range c.users {
		if u := &c.users[i]; u.login == call.User {
			if u.password != call.Password || c.refused(u.login) {
				return -1
			}
			return i
		}
	}
	return -1
}

// refused reports whether the right password is refused just now.
func (c *Cluster) refused(login string) bool {
	for _, f := range c.setup.Faults.Passwords {
		if (f.User == "" || f.User == login) && c.lasting(f.From, f.For) {
			return true
		}
	}
	return false
}

// may reports whether the user has the role on the object.
func (c *Cluster) may(u int, o object, r Role) bool {
	if c.users[u].role.rank() >= r.rank() {
		return true
	}
	if len(c.users[u].grants) == 0 {
		return false
	}
	name := c.objectName(o)
	for _, g := range c.users[u].grants {
		if g.object == name && g.role.rank() >= r.rank() {
			return true
		}
	}
	return false
}

// userByID is the user with an id as grantRole takes it: the users are
// counted from 1.
func (c *Cluster) userByID(v effect.Value) int {
	id, ok := v.(int64)
	if s, text := v.(string); text {
		n, err := strconv.ParseInt(s, 10, 64)
		id, ok = n, err == nil
	}
	if !ok || id < 1 || id > int64(len(c.users)) {
		return -1
	}
	return int(id - 1)
}

func (c *Cluster) callGrantRole(in *invocation) Answer {
	object, ok1 := in.text(0)
	name, ok2 := in.text(2)
	role := Role(name)
	if !ok1 || !ok2 || role.rank() == 0 {
		return c.wrong(in, 2, "want one of User, Supervisor, Administrator, Master")
	}
	u := c.userByID(in.args[1])
	if u < 0 {
		return c.fault(c.setup.Texts.UserMissing, "name", effect.Describe(in.args[1]))
	}
	if role == RoleMaster && c.users[in.user].role != RoleMaster {
		return c.denied(in, RoleMaster)
	}
	if object == "" || object == c.setup.base {
		c.users[u].role = role
		return answer(nil)
	}
	if _, ok := c.child(object0, object); !ok {
		return c.notFound(object0, object)
	}
	kept := slices.DeleteFunc(slices.Clone(c.users[u].grants), func(g grant) bool { return g.object == object })
	c.users[u].grants = append(kept, grant{object, role})
	return answer(nil)
}

func (c *Cluster) callAddUser(in *invocation) Answer {
	fields, ok := in.fields(0)
	login, ok1 := fieldText(fields, "user_login")
	password, ok2 := fieldText(fields, "password")
	if !ok || !ok1 || !ok2 || login == "" {
		return c.wrong(in, 0, "want user_login, password and user_title")
	}
	for i := range c.users {
		if c.users[i].login == login {
			return c.fault(c.setup.Texts.UserExists, "name", login)
		}
	}
	c.users = append(slices.Clip(c.users), user{login: login, password: password, role: RoleUser})
	return answer(c.setup.Behaviour.Returns.AddUser)
}

func (c *Cluster) callUserLogins(*invocation) Answer {
	list := make([]effect.Value, len(c.users))
	for i := range c.users {
		list[i] = c.users[i].login
	}
	return answer(list)
}
