package auth

// A Caller is who asks for a change. Every method of the store that changes
// something on request takes one. It says in which workspace the change is made,
// and by whom.
type Caller struct {
	Workspace Workspace
	KeyID     int64  // number of the key, for stamps of records; 0 for a caller whose key is not stored
	KeyName   string // "" for none
	Person    string // whose key it is, "" if that is not known
	Address   string // from where the request came, "" for the program itself
	RequestID string // of the request, as the log has it; "" for none
	Trace     string // the span of the request, as the header traceparent names it; "" without traces
}

// Actor is how the caller is named in jobs and logs: "key:" and the name of the
// key, or "" without one.
func (c Caller) Actor() string {
	if c.KeyName == "" {
		return ""
	}
	return Key{Name: c.KeyName}.Actor()
}

// Caller returns the caller of a request that is made with the key.
func (k Key) Caller(requestID string) Caller {
	return Caller{Workspace: k.Workspace, KeyID: k.ID, KeyName: k.Name, Person: k.Person, RequestID: requestID}
}

// Manages reports whether the caller, if it is an administrator, may manage the
// keys of a workspace: one of the workspace main those of all, any other those of
// its own.
func (c Caller) Manages(workspace string) bool {
	return c.Workspace.Name == MainWorkspace || c.Workspace.Name == workspace
}
