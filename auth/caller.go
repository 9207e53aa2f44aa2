package auth

// A Caller is who asks for a change: every method of the store that changes
// something on request takes one. It says in which workspace the change is made
// and what is stored about who made it.
type Caller struct {
	Workspace Workspace
	KeyID     int64  // number of the key, which records keep as a stamp; 0 for a caller without a stored key
	KeyName   string // "" where nobody is to be named
	Person    string // who used the key, "" where that is not known
	RequestID string // of the request, as the log has it; "" for none
}

// Actor is how the caller is named in jobs and logs: "key:" and the name of the
// key. A caller without a key's name is "".
func (c Caller) Actor() string {
	if c.KeyName == "" {
		return ""
	}
	return Key{Name: c.KeyName}.Actor()
}

// Caller is whoever makes a request with the key.
func (k Key) Caller(requestID string) Caller {
	return Caller{Workspace: k.Workspace, KeyID: k.ID, KeyName: k.Name, RequestID: requestID}
}
