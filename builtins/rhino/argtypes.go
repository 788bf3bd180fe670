package rhino

// The types of arguments that can be checked before a call is made.
type (
	NodeID  = nodeID  // a node or its id
	NodeIDs = nodeIDs // a list of those, or one
	Members = nodes   // what rhino.node makes, in a list
)
