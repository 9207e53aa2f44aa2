package model

import "testing"

func BenchmarkCompute(b *testing.B) {
	m := mustModel(b, computeModel)
	const record = `{"text":" Ana de la Cruz ","other":"x","n":41,"x":0.1,"day":"2024-01-31","at":"2024-01-31T12:00:00Z","list":["a","b","c"],"o":{"text":"gold","n":1,"in":{"must":"a"}}}`
	for name, compute := range map[string]string{
		"integer": `{"n":{"$inc":1}}`,
		"number":  `{"x":{"$mul":1.1}}`,
		"text":    `{"text":[{"$trim":true},{"$upper":true}]}`,
		"regexp":  `{"text":{"$replace":{"find":"\\s+","with":"_","regex":true}}}`,
		"format":  `{"text":{"$format":"{other} {n}"}}`,
		"date":    `{"at":{"$shift":{"months":1}}}`,
		"list":    `{"list":{"$add":["d"]}}`,
		"path":    `{"o.text":{"$upper":true}}`,
	} {
		c := checkedCompute(b, m, compute, Patch{})
		former := formerOf(b, c.Reads(), record)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if out, fault := c.Record(former, occasion); fault != nil || out.Values == nil {
					b.Fatal(fault)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
