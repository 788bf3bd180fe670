package rhino

// Arguments of some types can be checked before a call is made.
type (
	// NodeID is an argument that is a node or the id of one.
	NodeID = nodeID
	// NodeIDs is an argument that is a list of nodes or ids, or one of those.
	NodeIDs = nodeIDs
	// Members is an argument that is a list of what rhino.node makes.
	Members = nodes
)
