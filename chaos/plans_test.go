package chaos

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestEveryPlanHasTheFaultsThatAreEvidence(t *testing.T) {
	for _, k := range allVariants {
		for seed := range uint64(10) {
			p := newPlan(seed, k)
			for _, types := range p.evidence() {
				if !slices.ContainsFunc(p.faults, func(f fault) bool { return slices.Contains(types, f.what) }) {
					t.Errorf("seed %d of %s has none of %q", seed, k, types)
				}
			}
		}
	}
}

func TestCostlyRequestsAreWithinTheLimitsOrBeyondThemAsMeant(t *testing.T) {
	for seed := range uint64(5) {
		for _, k := range []variant{sqliteReal, sqliteEmbedded, onPostgres} {
			p := newPlan(seed, k)
			jobs := 0
			for _, op := range p.bulks {
				if size := len(jsonBody(op.patch)); size > vastBytes {
					t.Errorf("seed %d of %s: a patch has %d bytes", seed, k, size)
				}
				c, ok := op.cond.(costly)
				if !ok {
					continue
				}
				jobs++
				conditions, values := sizes(t, c, op.table)
				if conditions < 300 || conditions > mostConditions || values > mostValues {
					t.Errorf("seed %d of %s: a job's filter has %d conditions and %d values", seed, k, conditions, values)
				}
			}
			if jobs == 0 {
				t.Errorf("seed %d of %s has no costly job", seed, k)
			}
			for _, op := range p.reads {
				length := len(url.QueryEscape(string(jsonBody(op.cond.filter(op.table)))))
				if conditions, _ := sizes(t, op.cond, op.table); conditions > mostConditions || !strings.HasPrefix(op.how, "preview") && length > 60<<10 {
					t.Errorf("seed %d of %s: the filter of a %s has %d conditions and %d bytes", seed, k, op.how, conditions, length)
				}
			}
		}
	}
}
