package model

import (
	"testing"
)

// benchLine is a line of an import with 20 fields, as an export writes it.
const benchLine = `{"id":123456,"version":3,"firstName":"Ana","lastName":"de la Cruz","email":"ana.cruz@example.com",` +
	`"organization":"Example Works","verifiedEmail":true,"permission":"own","linkedinURL":"https://linkedin.example/in/ana",` +
	`"twitterHandle":"@ana","jobTitle":"Lead","phone":"+49 30 1234567","mobile":null,"address":"1 Long Street, Town",` +
	`"externalId":"crm-998877","trusted":false,"welcomeEmailSent":true,"state":"active","numTickets":12,` +
	`"createdAt":"2024-03-21T18:42:15.291Z"}`

func BenchmarkCheckDraft(b *testing.B) {
	m, _ := Shipped().Model("desk")
	line := []byte(benchLine)
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := m.CheckDraft(line, Import); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkCheckRow(b *testing.B) {
	m, _ := Shipped().Model("desk")
	header := columns(b, m, "id", "firstName", "lastName", "email", "organization", "trusted", "state", "numTickets", "createdAt")
	row := cells("123456", "Ana", "de la Cruz", "ana.cruz@example.com", "", "true", "active", "12", "2024-03-21T18:42:15Z")
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := m.CheckRow(header, row); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}

// Nested values go through the general validator.
func BenchmarkCheckDraftNested(b *testing.B) {
	m, _ := Shipped().Model("clientsuccess")
	line := []byte(`{"id":5,"name":"N","status":"TRIAL","active":true,"custom":{"industry__cs":"Retail","seats":5,"vip":true},"region":{"id":1,"name":"EMEA"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := m.CheckDraft(line, Import); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}

func BenchmarkAppendRecord(b *testing.B) {
	m, _ := Shipped().Model("desk")
	d, faults := m.CheckDraft([]byte(benchLine), Import)
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	r := Record{Values: d.Insert(m)}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = m.AppendRecord(buf[:0], r, nil, HideSecrets)
	}
}
