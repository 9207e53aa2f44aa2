package main

import (
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestAccountsAreListed pages through accounts and finds them by what they
// hold.
func TestAccountsAreListed(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	s.run(t, []exchange{
		{name: "nobody yet", call: "GET /v1/accounts", status: 200, want: `[]`},
		newAccount("a", `{"title": "Acme Solar", "address": "1 Main St", "primaryEmail": "ann@acme.example", "primaryPhone": "555-1", "contacts": [4, {"id": 5, "name": "Ann Lee"}]}`),
		newAccount("b", `{"title": "Bee 100%", "address": "2 Oak Ave", "primaryEmail": "SOLAR@bee.example", "contacts": [6, 7]}`),
		newAccount("c", `{"title": "Cee", "address": "3 Solar Way", "primaryPhone": "555-2"}`),
		newAccount("d", `{"title": "Dee Solar", "address": "4 Elm St", "isActive": false}`),
		{name: "all that are active", call: "GET /clients/", status: 200, want: `[{"id": {a}}, {"id": {b}}, {"id": {c}}]`},
		{name: "the archived, too", call: "GET /v1/clients?include_archived=true", status: 200, want: `[{"id": {a}}, {"id": {b}}, {"id": {c}}, {"id": {d}}]`},
		{name: "newest first", call: "GET /v1/accounts?order_by=desc", status: 200, want: `[{"id": {c}}, {"id": {b}}, {"id": {a}}]`},
		{name: "a page", call: "GET /v1/accounts?page_size=2&page=2&order_by=asc", status: 200, want: `[{"id": {c}}]`},
		{name: "a page behind the last", call: "GET /v1/accounts?page=9", status: 200, want: `[]`},
		{name: "by a part of the title", call: "GET /v1/accounts?title=solar", status: 200, want: `[{"id": {a}}]`},
		{name: "a sign is a sign", call: "GET /v1/accounts?title=0%25", status: 200, want: `[{"id": {b}}]`},
		{name: "by the email address", call: "GET /v1/accounts?primaryEmail=ann@", status: 200, want: `[{"id": {a}}]`},
		{name: "by the telephone number", call: "GET /v1/accounts?primaryPhone=555&title=c", status: 200, want: `[{"id": {a}}, {"id": {c}}]`},
		{name: "by the name of a contact", call: "GET /clients?primaryName=ann", status: 200, want: `[{"id": {a}}]`},
		{name: "by a name that nobody has", call: "GET /v1/accounts?primaryName=Bo", status: 200, want: `[]`},
		{name: "an empty question asks nothing", call: "GET /v1/accounts?title=&q=&updated_after=&page=", status: 200, want: `[{"id": {a}}, {"id": {b}}, {"id": {c}}]`},
		{name: "what nobody knows is ignored", call: "GET /v1/accounts?include_contacts=true&include_virtual_properties=true&prop1=x", status: 200, want: `[{"id": {a}}, {"id": {b}}, {"id": {c}}]`},
		{name: "an update", call: "PATCH /v1/accounts/{a}", body: `{"size": 1}`, status: 200, want: `{}`, save: map[string]string{"at": "updatedAt"}},
		{name: "updated before", call: "GET /v1/accounts?updated_before={at}", status: 200, want: `[{"id": {b}}, {"id": {c}}]`},
		{name: "updated after", call: "GET /v1/accounts?updated_after={at}", status: 200, want: `[]`},
		{name: "updated between", call: "GET /v1/accounts?updated_after=2000-01-01&updated_before=2999-12-31T00:00:00+02:00", status: 200, want: `[{"id": {a}}, {"id": {b}}, {"id": {c}}]`},
	})
	var exchanges []exchange
	for query, field := range map[string]string{
		"page_size=0": "page_size", "page_size=101": "page_size", "page_size=x": "page_size", "page=0": "page", "page=-1": "page", "page=1.5": "page",
		"order_by=up": "order_by", "updated_after=yesterday": "updated_after", "updated_before=2024-13-01": "updated_before",
		"include_archived=perhaps": "include_archived", "title=%00": "title", "q=%00": "q", "primaryName=%00": "primaryName",
	} {
		exchanges = append(exchanges, exchange{name: query, call: "GET /v1/accounts?" + query, status: 400, want: accountsFault(field)})
	}
	s.run(t, exchanges)
}

// search is the query of a search in few words: prop op value, and perhaps
// and/or and a second one.
func search(words ...string) string {
	q := url.Values{"prop1": {words[0]}, "op1": {words[1]}, "value1": {words[2]}}
	if len(words) > 3 {
		q["logic"], q["prop2"], q["op2"], q["value2"] = words[3:4], words[4:5], words[5:6], words[6:7]
	}
	return q.Encode()
}

// accountSearches are searches, each with the names of the accounts that it
// finds in TestAccountsAreSearched.
var accountSearches = []struct{ query, found string }{
	{search("title", "eq", "Bee"), "b"},
	{search("name", "contains", "BEE"), "b"},
	{search("title", "neq", "Bee"), "a c"},
	{search("title", "in", "Bee,Cee"), "b"},
	{search("title", "in", `"Last, First",Bee`), "a b"},
	{search("title", "in", `["Last, First","a \"quoted\" one"]`), "a c"},
	{search("title", "in", `"a ""quoted"" one"`), "c"},
	{search("title", "nin", `["Last, First"]`), "b c"},
	{search("title", "between", "B,C"), "b"},
	{search("title", "eq", ""), ""},
	{search("size", "eq", "5"), "a"},
	{search("size", "neq", "5"), "b c"},
	{search("size", "gt", "5"), "b"},
	{search("size", "gte", "5"), "a b"},
	{search("size", "lt", "10"), "a"},
	{search("size", "lte", "10.0"), "a b"},
	{search("size", "between", "4,6"), "a"},
	{search("size", "between", "[6,10]"), "b"},
	{search("size", "in", "5, 10"), "a b"},
	{search("size", "nin", "[5]"), "b c"},
	{search("value", "eq", "1.5"), "a"},
	{search("id", "gte", "2"), "b c"},
	{search("number", "in", "1,3"), "a c"},
	{search("type", "eq", "COMMERCIAL"), "b"},
	{search("type", "eq", "commercial"), "b"},
	{search("clientType", "neq", "Commercial"), "a c"},
	{search("accountType", "in", "residential,COMMERCIAL"), "a b"},
	{search("createdAt", "between", "2000-01-01,2999-01-01T00:00:00Z"), "a b c"},
	{search("updatedAt", "gt", "2999-01-01"), ""},
	{search("isActive", "eq", "false"), "d"},
	{search("isActive", "eq", "true"), "a b c"},
	{search("size", "lte", "10", "and", "isActive", "in", "true,false"), "a b d"},
	{search("size", "lte", "10") + "&include_archived=true", "a b d"},
	// A custom field may hold a number as a number or as text.
	{search("ref", "eq", "1234"), "a b"},
	{search("custom.ref", "neq", "1234"), "c"},
	{search("ref", "in", "1234,x9"), "a b c"},
	{search("ref", "nin", "1234"), "c"},
	{search("ref", "gt", "1000"), "a b"},
	{search("ref", "lte", "1233.5"), ""},
	{search("ref", "between", "1234,1235"), "a b"},
	{search("ref", "gt", "x"), "c"},
	{search("ref", "contains", "X"), "c"},
	{search("ref", "contains", "23"), "b"},
	{search("since", "between", "2024-01-01,2024-12-31"), "a"},
	{search("since", "gte", "2025-01-01"), "b"},
	{search("open", "eq", "true"), "a"},
	{search("open", "neq", "true"), "b c"},
	{search("preferredContactMethod", "eq", "Email"), "a"},
	{search("nobody_has_this", "eq", "1"), ""},
	{search("title", "eq", "Bee", "or", "size", "eq", "5"), "a b"},
	{search("title", "eq", "Bee", "AND", "size", "eq", "5"), ""},
	{search("title", "contains", "e", "and", "size", "gt", "5"), "b"},
	{search("title", "contains", "e", "", "size", "gt", "5"), "b"},
	{search("title", "neq", "x") + "&order_by=desc&page_size=2&page=1", "c b"},
	{search("title", "neq", "x") + "&page_size=2&page=2", "c"},
}

// TestAccountsAreSearched tries each operator on each type of value.
func TestAccountsAreSearched(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	s.run(t, []exchange{
		newAccount("a", `{"title": "Last, First", "address": "1", "size": 5, "value": 1.5, "accountType": "RESIDENTIAL", "custom": {"ref": 1234, "preferredContactMethod": "Email", "since": "2024-05-01", "open": true}}`),
		newAccount("b", `{"title": "Bee", "address": "2", "size": 10, "accountType": "COMMERCIAL", "primaryEmail": "b@bee.example", "custom": {"ref": "1234", "since": "2025-05-01"}}`),
		newAccount("c", `{"title": "a \"quoted\" one", "address": "3", "custom": {"ref": "x9", "open": false}}`),
		newAccount("d", `{"title": "Dee", "address": "4", "size": 7, "isActive": false}`),
	})
	for _, test := range accountSearches {
		var want []string
		for name := range strings.FieldsSeq(test.found) {
			want = append(want, `{"id": {`+name+`}}`)
		}
		s.run(t, []exchange{{name: test.query, call: "GET /v1/accounts/search?" + test.query, status: 200, want: "[" + strings.Join(want, ", ") + "]"}})
	}
	s.run(t, []exchange{
		{name: "as clients", call: "GET /clients/search/?" + search("title", "eq", "Bee"), status: 200, want: `[{"id": {b}}]`},
		{name: "below compat", call: "GET /compat/accounts/clients/search?" + search("title", "eq", "Bee"), status: 200, want: `[{"id": {b}}]`},
	})
}

func TestAccountsRefuseBadSearches(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	var exchanges []exchange
	for query, field := range map[string]string{
		"": "prop1", "prop1=title": "op1", "prop1=title&op1=eq": "value1", "op1=eq&value1=x": "prop1",
		search("title", "exists", "true"): "op1", search("title", "EQ", "x"): "op1",
		search("size", "eq", "many"): "value1", search("size", "in", "1,x"): "value1", search("size", "contains", "1"): "op1",
		search("size", "between", "1"): "value1", search("size", "between", "1,2,3"): "value1", search("size", "in", `"1`): "value1", search("size", "in", `[1`): "value1",
		search("isActive", "eq", "yes"): "value1", search("isActive", "gt", "true"): "op1", search("createdAt", "gt", "yesterday"): "value1",
		search("contacts", "eq", "1"): "value1", search("createdBy", "eq", "1"): "value1", search("no such thing", "eq", "1"): "prop1", search("title", "eq", "\x00"): "value1",
		search("title", "eq", "x", "xor", "size", "eq", "1"): "logic", search("title", "eq", "x", "and", "size", "", "1"): "op2",
		search("title", "eq", "x", "and", "size", "eq", "y"): "value2", search("title", "eq", "x") + "&prop2=": "prop2", search("title", "eq", "x") + "&prop2=size&op2=eq": "value2",
		search("title", "eq", "x") + "&page_size=0": "page_size",
	} {
		exchanges = append(exchanges, exchange{name: query, call: "GET /v1/accounts/search?" + query, status: 400, want: accountsFault(field)})
	}
	s.run(t, exchanges)
}

// TestAccountsMatchBeforeTheyAreMade finds the account that stands in for a
// new one, and does with it what the caller says.
func TestAccountsMatchBeforeTheyAreMade(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	post := func(name, query, body string, status int, want string) exchange {
		return exchange{name: name, call: "POST /v1/accounts" + query, body: body, status: status, want: want}
	}
	s.run(t, []exchange{
		newAccount("a", `{"title": "Acme", "address": "1 Main St", "primaryEmail": "ann@acme.example", "custom": {"roof": "flat"}}`),
		post("the same title", "", `{"title": "Acme", "address": "9", "size": 9}`, 200, `{"id": {a}, "address": ["1 Main St"], "size": null}`),
		post("another title", "", `{"title": "acme", "address": "9"}`, 201, `{"title": "acme"}`),
		post("skip", "?match_by=title&match_found_strategy=skip", `{"title": "Acme", "address": "9"}`, 200, `{"id": {a}, "address": ["1 Main St"]}`),
		post("the same email address", "?match_by=primaryEmail", `{"title": "Other", "address": "9", "primaryEmail": "ann@acme.example"}`, 200, `{"id": {a}, "title": "Acme"}`),
		post("no email address matches none", "?match_by=primaryEmail", `{"title": "Acme", "address": "9"}`, 201, `{"title": "Acme"}`),
		post("enrich fills what is empty", "?match_by=primaryEmail&match_found_strategy=enrich",
			`{"title": "Other", "address": "9", "primaryEmail": "ann@acme.example", "primaryPhone": "5", "isActive": false, "custom": {"roof": "steep", "gate": 4}}`, 200,
			`{"id": {a}, "title": "Acme", "address": ["1 Main St"], "primaryPhone": "5", "isActive": true, "custom": {"roof": "flat", "gate": 4}}`),
		post("enrich with nothing new", "?match_found_strategy=enrich", `{"title": "Acme", "address": "9"}`, 200, `{"id": {a}, "title": "Acme"}`),
		post("the same telephone number, replaced", "?match_by=primaryPhone&match_found_strategy=replace",
			`{"title": "Acme 2", "address": "2 Oak", "primaryPhone": "5", "type": "commercial", "custom": {"roof": "steep"}}`, 200,
			`{"id": {a}, "title": "Acme 2", "address": ["2 Oak"], "accountType": "COMMERCIAL", "primaryEmail": "ann@acme.example", "custom": {"roof": "steep", "gate": 4}}`),
		post("what is not fit is not matched", "?match_found_strategy=replace", `{"title": "Acme 2", "address": "2", "size": "x"}`, 400, accountsFault("size")),
		post("an unknown field to match by", "?match_by=size", smallAccount, 400, accountsFault("match_by")),
		post("an unknown strategy", "?match_found_strategy=merge", smallAccount, 400, accountsFault("match_found_strategy")),
	})
}

// TestAccountsWhoRaceMakeOne lets callers make the same account at once.
func TestAccountsWhoRaceMakeOne(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	statuses := make(chan int, 20)
	var callers sync.WaitGroup
	for range cap(statuses) {
		callers.Go(func() {
			resp, _ := s.send(t, "POST /v1/accounts", nil, smallAccount)
			statuses <- resp.StatusCode
		})
	}
	callers.Wait()
	close(statuses)
	made := 0
	for status := range statuses {
		if status == 201 {
			made++
		} else if status != 200 {
			t.Errorf("status %d", status)
		}
	}
	if made != 1 {
		t.Errorf("%d accounts were made", made)
	}
	s.run(t, []exchange{{name: "one account", call: "GET /v1/accounts", status: 200, want: `[{"id": 1}]`}})
}

// TestAccountsAreFoundByAddress compares the only item of the list that an
// address is.
func TestAccountsAreFoundByAddress(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	post := func(name, query, body string, status int, want string) exchange {
		return exchange{name: name, call: "POST /v1/accounts?match_by=address" + query, body: body, status: status, want: want}
	}
	s.run(t, []exchange{
		newAccount("a", `{"title": "A", "address": "1 Main St"}`),
		newAccount("b", `{"title": "B", "address": ["2 Main St"]}`),
		newAccount("main", `{"title": "Main", "address": ["9 Oak"]}`),
		{name: "by a part", call: "GET /v1/accounts?address=MAIN", status: 200, want: `[{"id": {a}}, {"id": {b}}]`},
		{name: "by any text", call: "GET /v1/accounts?q=main", status: 200, want: `[{"id": {a}}, {"id": {b}}, {"id": {main}}]`},
		{name: "equal", call: "GET /v1/accounts/search?" + search("address", "eq", "1 Main St"), status: 200, want: `[{"id": {a}}]`},
		{name: "one of some", call: "GET /v1/accounts/search?" + search("address", "in", "1 Main St,9 Oak"), status: 200, want: `[{"id": {a}}, {"id": {main}}]`},
		{name: "ordered", call: "GET /v1/accounts/search?" + search("address", "gt", "2"), status: 200, want: `[{"id": {b}}, {"id": {main}}]`},
		post("the same address", "", `{"title": "C", "address": "1 Main St"}`, 200, `{"id": {a}, "title": "A"}`),
		post("the same address as a list, replaced", "&match_found_strategy=replace", `{"title": "C", "address": ["1 Main St"]}`, 200, `{"id": {a}, "title": "C"}`),
		post("another address", "", `{"title": "C", "address": "3 Main St"}`, 201, `{"title": "C"}`),
		post("no address", "", `{"title": "C", "address": [""]}`, 201, `{"title": "C"}`),
	})
	s.selects(t, "accounts", `{"address": {"$startsWith": "2"}}`, s.saved["b"])
	s.selects(t, "accounts", `{"address.0": "9 Oak"}`, s.saved["main"])
}
