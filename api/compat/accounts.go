package compat

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// accounts is Coperniq's accounts API, in which clients is an older name for accounts:
// records and lists have no envelope, and errors have a code. It follows
// https://docs.coperniq.io/api-reference/accounts/update-account; docs/compat.md says
// what was chosen where that page says nothing.
type accounts struct{ Plain }

// Names of fields and members.
const (
	accountsType     = "accountType"
	accountsOldType  = "type"
	accountsAddress  = "address"
	accountsContacts = "contacts"
	accountsCustom   = "custom"
	accountsActive   = "isActive"

	accountsClientType = "clientType" // on the page of /clients/{id} alone
	accountsCompanyID  = "companyId"  // there, too

	accountsNewOptions = "allow_new_options" // a query parameter
)

// Knows reports whether param is the vendor's option for new choices of drop-downs.
func (accounts) Knows(param string) bool { return param == accountsNewOptions }

// Update accepts older spellings, too. The id and the times, which the vendor's page
// shows in a request, are ignored.
func (accounts) Update(r *Request) {
	r.DropKept()
	accountsBody(r)
}

// Create creates an account unless one matches. A matching account is left as it is,
// updated with the request, or updated where it has no value.
func (accounts) Create(r *Request) Match {
	r.DropKept()
	r.DropUnset()
	accountsBody(r)
	by := r.Choice("match_by", "title", "primaryEmail", "primaryPhone", accountsAddress)
	then := map[string]Found{"skip": Leave, "replace": Merge, "enrich": Fill}[r.Choice("match_found_strategy", "skip", "replace", "enrich")]
	f, _ := r.Field(by)
	if _, ok := compared(f); !ok {
		r.FailParam("match_by", "not_filterable", "Accounts cannot be found by this field.")
		return Match{}
	}
	v := r.Members[by]
	if by == accountsAddress {
		v = onlyItem(v)
	}
	if text, ok := String(v); ok && text != "" {
		return Match{Filters: []string{Where(f.Name, "", text)}, Then: then}
	}
	return Match{}
}

// accountsBody converts the spellings that the vendor has, or had, to that of the
// model.
func accountsBody(r *Request) {
	r.AllowNewOptions = r.Flag(accountsNewOptions)
	if v := r.Members[accountsAddress]; v.Kind() == '"' {
		r.Members[accountsAddress] = JSON(nil, []jsontext.Value{v})
	}
	accountsTypeOf(r)
	if strings.Contains(r.Path, "/clients") {
		accountsCompany(r)
	}
}

// accountsOtherTypes are older names of the account's type.
var accountsOtherTypes = []string{accountsOldType, accountsClientType}

// accountsTypeOf reads the type of an account, in upper or lower case and under each
// of its names.
func accountsTypeOf(r *Request) {
	given, said := r.Members[accountsType]
	if said {
		given = upperCase(given)
		r.Members[accountsType] = given
	}
	f, _ := r.Field(accountsType)
	for _, name := range accountsOtherTypes {
		other, ok := r.Members[name]
		if !ok {
			continue
		}
		other = upperCase(other)
		delete(r.Members, name)
		if _, fault := f.EncodeJSON(other); fault != nil {
			r.Fail("/"+name, fault.Code, fault.Detail)
		} else if said && !bytes.Equal(other, given) {
			r.Fail("/"+name, model.CodeSchema, "This and accountType are one thing, and their values differ.")
		} else {
			r.Members[accountsType], given, said = other, other, true
		}
	}
}

// accountsCompany ignores the company of a client, which the vendor's older page has.
// It is the owner of the key, and no field here.
func accountsCompany(r *Request) {
	v, ok := r.Members[accountsCompanyID]
	if !ok {
		return
	}
	delete(r.Members, accountsCompanyID)
	if _, err := strconv.ParseInt(string(v), 10, 64); err != nil && v.Kind() != 'n' {
		r.Fail("/"+accountsCompanyID, model.CodeType, "This must be a whole number.")
	}
}

// upperCase returns a string in upper case, and any other value unchanged.
func upperCase(v jsontext.Value) jsontext.Value {
	if text, ok := String(v); ok {
		return JSON(nil, strings.ToUpper(text))
	}
	return v
}

// onlyItem returns the item of a list of one, nil for any other value.
func onlyItem(v jsontext.Value) jsontext.Value {
	var items []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &items) != nil || len(items) != 1 {
		return nil
	}
	return items[0]
}

// Value shows each contact as an object, also one that was given as a number.
func (accounts) Value(f *model.Field, stored any, secrets model.Secrets) jsontext.Value {
	shown := jsontext.Value(f.AppendShown(nil, stored, secrets))
	if f.VendorName != accountsContacts || shown.Kind() != '[' {
		return shown
	}
	var items []jsontext.Value
	if json.Unmarshal(shown, &items) != nil {
		return shown
	}
	type contact struct {
		ID     jsontext.Value `json:"id"`
		Emails []string       `json:"emails"`
		Phones []string       `json:"phones"`
	}
	for i, item := range items {
		if item.Kind() == '0' {
			items[i] = JSON(nil, contact{item, []string{}, []string{}})
		}
	}
	return JSON(nil, items)
}

// Many is the bare list.
func (accounts) Many(p Page) any { return p.Items }

// Deleted is an empty object. The vendor describes no body, and clients can read this
// one.
func (accounts) Deleted() (int, any) { return http.StatusOK, struct{}{} }

// Failure has the vendor's code of an error, or one in the same style if the vendor has
// none. The member field is the first field with a fault; the message has all faults.
func (accounts) Failure(p Problem) (int, any) {
	status := takenIsBad(p)
	told := struct {
		Message string `json:"message"`
		Code    string `json:"code"`
		Field   string `json:"field,omitempty"`
	}{Message: p.Detail, Code: accountsCode(p, status)}
	var sentences []string
	for _, f := range p.Faults {
		at := accountsKey(f)
		if told.Field == "" && told.Code == "VALIDATION_ERROR" {
			told.Field = at
		}
		if at != "" {
			at += ": "
		}
		sentences = append(sentences, at+f.Detail)
	}
	if len(sentences) > 0 {
		told.Message = strings.Join(sentences, " ")
	}
	return status, told
}

// accountsCode returns the code of an error. Bad input has one of three: invalid JSON,
// a value that breaks a rule, or another fault of the request.
func accountsCode(p Problem, status int) string {
	notJSON := []string{model.CodeInvalidJSON, model.CodeInvalidUTF8, model.CodeDuplicateKey}
	switch {
	case status == http.StatusBadRequest && slices.ContainsFunc(p.Faults, func(f web.Fault) bool { return slices.Contains(notJSON, f.Code) }):
		return "INVALID_JSON"
	case status == http.StatusBadRequest && len(p.Faults) > 0:
		return "VALIDATION_ERROR"
	}
	return strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_"))
}

// accountsKey returns the field of a fault; for custom fields, the name inside custom.
func accountsKey(f web.Fault) string {
	at := f.Field()
	if key, below := strings.CutPrefix(at, accountsCustom+"."); below {
		return key
	}
	return at
}
