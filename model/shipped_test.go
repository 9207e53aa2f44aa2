package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shippedFields lists every field of the shipped models as the vendors'
// pages have it, written by hand from those pages: name, kind, and then
// "null" (may be cleared), "req" (needed at creation), "ro", "wo", "filter",
// "unique", "index", masked or hashed, "gen:…", "=default", "<=longest",
// "format:…" and the number of options.
var shippedFields = map[string]string{
	"desk": `
		id integer id ro filter gen:sequence
		firstName string null filter
		lastName string null filter
		email string null format:email
		organization string null filter index <=600
		company object null
		contacts array null
		customerwelcomeemails array null ro
		addMethod string null ro filter
		verifiedEmail boolean ro filter =false
		permission string null filter own|all
		linkedinURL string null filter
		facebookURL string null filter
		avatarURL string null filter
		twitterHandle string null filter
		jobTitle string null filter
		phone string null filter
		mobile string null filter
		address string null filter
		externalId string null filter index <=600
		extraData string null
		notes string null
		numTickets integer ro =0
		password string null wo filter hashed
		trusted boolean filter =false
		welcomeEmailSent boolean filter =false
		state string filter =active active|deleted
		createdAt date-time createdAt ro filter
		updatedAt date-time updatedAt ro filter
		deletedAt date-time null ro filter
		createdBy object null ro filter by:id
		updatedBy object null ro filter by:id
		deletedBy object null ro
		pmperson object null
		version integer version ro
		lastJobId string lastJobId null ro`,
	"plane": `
		id string id ro filter gen:uuid format:uuid <=600
		name string req filter index >=1 <=255
		description any null filter
		description_html string null filter
		description_stripped string null filter
		description_binary string null ro filter
		email string null filter format:email
		website_url string null filter format:url
		logo_props any null filter
		logo_url string null ro filter
		domain string null filter
		employees integer null filter
		stage string null filter
		contract_status string null filter
		revenue string null filter
		archived_at date-time null filter
		created_by string null filter format:uuid
		updated_by string null filter format:uuid
		logo_asset string null filter format:uuid
		external_source string null filter
		external_id string null filter index <=600
		workspace string null ro filter format:uuid
		customer_request_count integer ro filter =0
		created_at date-time createdAt ro filter
		updated_at date-time updatedAt ro filter
		deleted_at date-time null ro filter
		version integer version ro filter
		lastJobId string lastJobId null ro`,
	"clientsuccess": `
		id integer id ro filter gen:sequence
		uuid string ro filter unique gen:uuid format:uuid <=600
		custom object null filter open
		name string req filter <=255
		siteUrl string null filter <=1024
		logoUrl string null filter <=1024
		status string req filter ACTIVE|INACTIVE|TRIAL|TERMINATED
		active boolean req filter
		inceptionDate date null filter
		terminatedDate date null filter
		street string null filter <=1024
		city string null filter <=100
		state string null filter <=100
		zip string null filter <=20
		country string null filter <=100
		region object null filter
		timezone string null filter format:timezone <=60
		externalId string null filter index <=100
		salesforceAccountId string null filter <=18
		zendeskId string null filter <=200
		freshdeskId string null filter <=200
		usageId string null filter <=200
		stripeId string null filter <=200
		externalStatusId string null filter <=200
		npsScore integer null filter -100..100
		note string null filter
		createdByEmployeeId integer null filter 0..
		modifiedByEmployeeId integer null filter 0..
		managedByEmployeeId integer null filter 0..
		assignedSalesRepId integer null filter 0..
		assignedSalesRep string null filter <=45
		clientTypeId integer null filter 0..
		clientTypeTitle string null filter
		successCycleId integer null filter 0..
		primaryContactId integer null filter 0..
		parentClientId integer null filter 0..
		accTeamingRoles array null filter
		successScore number null ro filter
		activeClientSuccessCycleId integer null ro filter
		clientType object null ro filter
		managedByEmployee object null ro filter
		createdByEmployee object null ro filter
		modifiedByEmployee object null ro filter
		assignedSalesRepAssociation object null ro filter
		primaryContact object null ro filter
		parentClient object null ro filter
		currency string null ro filter
		segment integer null ro filter
		clientSegmentId integer null ro filter
		address string null ro filter
		noteAsText string null ro filter
		externalSystems object null ro filter open
		createdTime date-time createdAt ro filter
		modifiedTime date-time updatedAt ro filter
		version integer version ro filter
		lastJobId string lastJobId null ro`,
	"accounts": `
		id integer id ro filter gen:sequence
		number integer ro filter gen:sequence
		title string req filter
		description string null filter
		address array req filter by:0
		isActive boolean filter =true
		primaryEmail string null filter index format:email <=600
		primaryPhone string null filter
		custom object null filter open
		accountType string null filter RESIDENTIAL|COMMERCIAL
		contacts array null filter
		value number null filter
		size number null filter
		createdBy object null ro filter
		updatedBy object null ro filter
		createdAt date-time createdAt ro filter
		updatedAt date-time updatedAt ro filter
		version integer version ro filter
		lastJobId string lastJobId null ro`,
	"mythic": `
		id string id ro filter gen:slug <=255
		name string req filter >=1 <=255
		status boolean filter =true
		domain string null filter unique format:domain <=600
		email string null filter format:email
		phone string null filter
		website string null filter
		timezone string null filter format:timezone
		global_name string null filter unique <=255
		company_id string null filter
		agency_id string null filter
		api_metadata object null filter open
		ghl_location_id string null filter
		proxy_api_key string null masked
		publishable_key string ro filter gen:hex+pk_
		secret_key string ro masked gen:hex+sk_
		created_at date-time createdAt ro filter
		updated_at date-time updatedAt ro filter
		version integer version ro filter
		lastJobId string lastJobId null ro`,
}

// describe writes a field as shippedFields does.
func describe(f *Field) string {
	words := []string{f.Name, string(f.Type), string(f.Role)}
	mark := func(when bool, format string, args ...any) {
		if when {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	mark(f.Nullable, "null")
	mark(f.Required, "req")
	mark(f.ReadOnly, "ro")
	mark(f.WriteOnly, "wo")
	mark(f.Filterable, "filter")
	mark(f.Unique, "unique")
	mark(f.Indexed, "index")
	mark(f.OpenPaths, "open")
	mark(f.FilterBy != "", "by:%s", f.FilterBy)
	mark(f.Secret != Public, "%s", f.Secret)
	mark(f.Generate != "" && f.Prefix == "", "gen:%s", f.Generate)
	mark(f.Prefix != "", "gen:%s+%s", f.Generate, f.Prefix)
	mark(f.Format != "" && f.Type == String, "format:%s", f.Format)
	mark(f.Default != nil, "=%v", f.Default)
	mark(f.rule.minLength > 0, ">=%d", f.rule.minLength)
	mark(f.rule.maxLength >= 0, "<=%d", f.rule.maxLength)
	if f.ReadOnly == false && f.Type == Integer && f.rule.minNumber != nil {
		most := ""
		if f.rule.maxNumber != nil {
			most = fmt.Sprint(f.rule.maxInt)
		}
		mark(true, "%d..%s", f.rule.minInt, most)
	}
	mark(f.Choices != nil, "%s", strings.Join(f.Choices, "|"))
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " ")
}

func TestShippedModelsHaveTheVendorsFields(t *testing.T) {
	if n := len(Shipped().All()); n != len(shippedFields) {
		t.Errorf("%d models are shipped, want %d", n, len(shippedFields))
	}
	for name, table := range shippedFields {
		m := shippedModel(t, name)
		want := map[string]string{}
		for line := range strings.Lines(table) {
			if line = strings.TrimSpace(line); line != "" {
				want[strings.Fields(line)[0]] = line
			}
		}
		for _, f := range m.Fields {
			if got := describe(f); got != want[f.Name] {
				t.Errorf("%s:\n got %s\nwant %s", name, got, want[f.Name])
			}
			delete(want, f.Name)
			if f.Description == "" {
				t.Errorf("%s: %s has no description", name, f.Name)
			}
		}
		for missing := range want {
			t.Errorf("%s lacks %s", name, missing)
		}
	}
}

// The vendor's page names 25 fields that a bulk update may be filtered by.
func TestDeskFiltersAreTheVendorsList(t *testing.T) {
	want := strings.Fields(`id firstName lastName organization verifiedEmail permission addMethod linkedinURL
		facebookURL twitterHandle jobTitle phone mobile address externalId avatarURL trusted welcomeEmailSent
		password createdAt updatedAt deletedAt createdBy updatedBy state`)
	var got []string
	for _, f := range shippedModel(t, "desk").Fields {
		if f.Filterable {
			got = append(got, f.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// The vendors' own examples, with the placeholders replaced that no sane
// check accepts.
func TestVendorsExamplesPass(t *testing.T) {
	tests := map[string]string{
		"plane": `{"name":"Example Name","description":"example-value","description_html":"<p>Example content</p>",
			"description_stripped":"Example description","email":"user@example.com","website_url":"https://example.com/resource",
			"logo_props":"example-value","domain":"Example Name","employees":1,"stage":"Example Name","contract_status":"Example Name",
			"revenue":"Example Name","archived_at":"2024-01-01T00:00:00Z","created_by":"550e8400-e29b-41d4-a716-446655440000",
			"updated_by":"550e8400-e29b-41d4-a716-446655440000","logo_asset":"550e8400-e29b-41d4-a716-446655440000"}`,
		"mythic": `{"name":"John Doe","status":true,"domain":"example.com","email":"user@example.com","phone":"+1-555-0123",
			"website":"example_string","timezone":"America/Los_Angeles","global_name":"acmeRetail","company_id":"example_string",
			"agency_id":"example_string","api_metadata":{},"ghl_location_id":"example_string","proxy_api_key":"example_string"}`,
		"accounts": `{"title":"T","description":null,"address":["1 Road"],"isActive":true,"primaryEmail":"a@b.example","primaryPhone":"1",
			"custom":{"roof_type":"flat"},"accountType":"COMMERCIAL","contacts":[{"id":1,"emails":["a@b.example"]},2],"value":1.5,"size":null}`,
		"clientsuccess": `{"custom":{"industry__cs":"Retail","seats":5,"vip":true,"since":"2024-01-01T00:00:00Z","x":null},"name":"N",
			"status":"TRIAL","active":false,"inceptionDate":"2024-02-29","region":{"id":1,"name":"EMEA"},"timezone":"Europe/Berlin",
			"npsScore":-100,"accTeamingRoles":[{"id":1,"role":"CSM"}],"clientTypeId":0}`,
		"desk": `{"firstName":"A","email":"a@b.example","company":{"id":5,"type":"companies"},"contacts":[{"value":"a@b.example","type":"email","isMain":true}],
			"permission":"own","state":"deleted","password":"secret","trusted":true,"pmperson":{"id":1}}`,
	}
	for name, body := range tests {
		if _, faults := shippedModel(t, name).CheckPatch([]byte(body), PatchOptions{}); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

func TestSchemasOfShippedModelsAreFreeOfXKeywords(t *testing.T) {
	for _, m := range Shipped().All() {
		schema := string(m.Schema())
		if strings.Contains(schema, `"x-`) {
			t.Errorf("%s: %s", m.Name, schema)
		}
		for _, f := range m.Fields {
			if !strings.Contains(schema, `"`+f.Name+`":`+string(f.Schema())) {
				t.Errorf("%s: %s is not in the schema as %s", m.Name, f.Name, f.Schema())
			}
		}
	}
}
