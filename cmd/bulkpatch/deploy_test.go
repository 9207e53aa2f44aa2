package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const (
	alertsFile    = "deploy/prometheus/alerts.yml"
	dashboardFile = "deploy/grafana/bulkpatch.json"
)

// An alertRule is one rule of the alerts.
type alertRule struct {
	Alert       string
	Expr        string
	Labels      map[string]string
	Annotations map[string]string
}

// alertRules reads the alerts.
func alertRules(t *testing.T) []alertRule {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alertRule } }
	if err := yaml.Unmarshal([]byte(document(t, alertsFile)), &file); err != nil || len(file.Groups) != 1 || len(file.Groups[0].Rules) == 0 {
		t.Fatalf("%d groups of alerts, %v", len(file.Groups), err)
	}
	return file.Groups[0].Rules
}

// A panel is one panel of the dashboard.
type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	FieldConfig              struct{ Defaults struct{ Unit string } }
	Targets                  []struct{ Expr, LegendFormat string }
}

// panels reads the panels of the dashboard, without the titles between them.
func panels(t *testing.T) (list []panel) {
	t.Helper()
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal([]byte(document(t, dashboardFile)), &dashboard); err != nil {
		t.Fatal(err)
	}
	ids := map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("the panel %d %q has the id of another, or no title", p.ID, p.Title)
		}
		if ids[p.ID] = true; p.Type != "row" {
			list = append(list, p)
		}
	}
	return list
}

func TestEachPanelOfTheDashboardSaysWhatItShows(t *testing.T) {
	t.Parallel()
	all := panels(t)
	for i, p := range all {
		if len(p.Description) < 20 || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
			t.Errorf("the panel %q has no description, unit or query", p.Title)
		}
		for _, o := range all[:i] {
			a, b := p.GridPos, o.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H || a.X+a.W > 24 {
				t.Errorf("the panel %q lies on %q or beyond the edge", p.Title, o.Title)
			}
		}
	}
}

// queries lists all queries of the alerts and the dashboard, and the texts with labels
// that go with each.
func queries(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	for _, r := range alertRules(t) {
		list[r.Expr] = r.Annotations["summary"] + r.Annotations["description"]
	}
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			list[target.Expr] += target.LegendFormat
		}
	}
	return list
}

var (
	inQuotes  = regexp.MustCompile(`"[^"]*"`)
	selector  = regexp.MustCompile(`\b((?:bulkpatch|go|process|promhttp)_[a-z_]+)(?:\{([^}]*)\})?`)
	matcher   = regexp.MustCompile(`([a-z]+)(=~|!=|!~|=)"([^"]*)"`)
	grouping  = regexp.MustCompile(`\b(?:by|on) \(([^)]*)\)`)
	inBraces  = regexp.MustCompile(`\{\{ ?(?:\$labels\.)?([a-z]+) ?\}\}`)
	oneSeries = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})?$`)
)

// prometheusOwn are labels that Prometheus adds.
var prometheusOwn = []string{"job", "instance", "le"}

// A showing is what /metrics shows: the values of each label of each metric.
type showing map[string]map[string][]string

// shownBy reads series.
func shownBy(all samples) showing {
	s := showing{}
	for series := range all {
		parts := oneSeries.FindStringSubmatch(series)
		if s[parts[1]] == nil {
			s[parts[1]] = map[string][]string{}
		}
		for _, m := range matcher.FindAllStringSubmatch(parts[2], -1) {
			s[parts[1]][m[1]] = append(s[parts[1]][m[1]], m[3])
		}
	}
	return s
}

// ofWebhooks begins the names of the metrics of webhooks. A process shows all of them or
// none.
const ofWebhooks = "bulkpatch_webhook_"

// leavesOut reports whether a process shows no metric whose name begins so.
func (s showing) leavesOut(prefix string) bool {
	for name := range s {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	return true
}

// TestMonitoringAsksForWhatThereIs compares each name, label and value of a label in
// the alerts and the dashboard with what a process shows that has just started.
func TestMonitoringAsksForWhatThereIs(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	p.untilMetric(t, "bulkpatch_redis_up", is(1))
	all, _ := scrape(t, p)
	there := shownBy(all)
	for query, text := range queries(t) {
		labels := slices.Clone(prometheusOwn)
		for _, s := range selector.FindAllStringSubmatch(query, -1) {
			metric, known := there[s[1]]
			if strings.HasPrefix(s[1], ofWebhooks) && there.leavesOut(ofWebhooks) {
				labels = append(labels, "result")
				continue
			}
			if !known {
				t.Errorf("no %s for %s", s[1], query)
				continue
			}
			labels = slices.AppendSeq(labels, maps.Keys(metric))
			for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
				if !slices.Contains(prometheusOwn, m[1]) {
					checkMatcher(t, s[1], metric[m[1]], m)
				}
			}
		}
		if strings.Contains(query, "up{") {
			labels = append(labels, "part")
		}
		for _, l := range namedLabels(query, text) {
			if !slices.Contains(labels, l) {
				t.Errorf("no label %s for %s", l, query)
			}
		}
	}
}

// namedLabels lists the labels by which a query groups, and those that the text that
// goes with it shows.
func namedLabels(query, text string) (list []string) {
	for _, g := range grouping.FindAllStringSubmatch(inQuotes.ReplaceAllString(query, ""), -1) {
		for l := range strings.SplitSeq(g[1], ",") {
			if l = strings.TrimSpace(l); l != "" {
				list = append(list, l)
			}
		}
	}
	for _, l := range inBraces.FindAllStringSubmatch(text, -1) {
		list = append(list, l[1])
	}
	return list
}

// checkMatcher checks that each alternative of a matcher selects a value of the label.
func checkMatcher(t *testing.T, metric string, values []string, m []string) {
	t.Helper()
	for alternative := range strings.SplitSeq(m[3], "|") {
		wanted := regexp.MustCompile("^(?:" + alternative + ")$")
		if !slices.ContainsFunc(values, wanted.MatchString) {
			t.Errorf("%s has no %s %q", metric, m[1], alternative)
		}
	}
}

// TestPromtoolAcceptsTheRules checks the configuration and the alerts, runs the unit
// tests of the alerts, and checks that the queries of the dashboard can be read.
func TestPromtoolAcceptsTheRules(t *testing.T) {
	t.Parallel()
	command(t, "promtool", "check", "config", "../../deploy/prometheus/prometheus.yml")
	command(t, "promtool", "check", "rules", "../../"+alertsFile)
	command(t, "promtool", "test", "rules", "../../deploy/prometheus/alerts_test.yml")
	type rule struct{ Record, Expr string }
	var rules []rule
	for query := range queries(t) {
		query = strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(query)
		rules = append(rules, rule{fmt.Sprintf("dashboard:%d", len(rules)), query})
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dashboard.yml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, "promtool", "check", "rules", file)
}

// TestEachAlertIsTestedAndExplained looks for a unit test of each alert, and for the
// section of docs/operations.md that it names.
func TestEachAlertIsTestedAndExplained(t *testing.T) {
	t.Parallel()
	tests, operations := document(t, "deploy/prometheus/alerts_test.yml"), document(t, "docs/operations.md")
	for _, r := range alertRules(t) {
		if !strings.Contains(tests, "  - name: "+r.Alert+"\n") {
			t.Errorf("%s has no unit test", r.Alert)
		}
		if !strings.Contains(operations, "\n#### "+r.Alert+"\n") || r.Annotations["runbook"] != "docs/operations.md#"+strings.ToLower(r.Alert) {
			t.Errorf("%s has no section, or does not name it", r.Alert)
		}
		if s := r.Labels["severity"]; s != "critical" && s != "warning" || r.Annotations["summary"] == "" || len(r.Annotations["description"]) < 40 {
			t.Errorf("%s does not say how bad it is, what it is and what to do", r.Alert)
		}
	}
	if n := strings.Count(operations, "\n#### Bulkpatch"); n != len(alertRules(t)) {
		t.Errorf("%d sections are about %d alerts", n, len(alertRules(t)))
	}
}

// TestTheTableOfMetricsIsThatOfTheProcess compares the table in docs/operations.md with
// the types and the help that a process shows.
func TestTheTableOfMetricsIsThatOfTheProcess(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	p.untilMetric(t, "bulkpatch_redis_up", is(1))
	all, text := scrape(t, p)
	operations := document(t, "docs/operations.md")
	if shownBy(all).leavesOut(ofWebhooks) {
		operations = regexp.MustCompile("(?m)^\\| `"+ofWebhooks+".*\n").ReplaceAllString(operations, "")
	}
	if want := metricsTable(all, text); !strings.Contains(operations, want) {
		t.Errorf("the table must be:\n%s", want)
	}
}

// metricsTable writes what /metrics says of our metrics as a table.
func metricsTable(all samples, text string) string {
	help, kind := map[string]string{}, map[string]string{}
	for line := range strings.Lines(text) {
		if words := strings.SplitN(strings.TrimSpace(line), " ", 4); len(words) == 4 && words[1] == "HELP" {
			help[words[2]] = words[3]
		} else if len(words) == 4 && words[1] == "TYPE" {
			kind[words[2]] = words[3]
		}
	}
	there := shownBy(all)
	table := "| metric | type | meaning |\n|---|---|---|\n"
	for _, name := range slices.Sorted(maps.Keys(help)) {
		if !strings.HasPrefix(name, "bulkpatch_") {
			continue
		}
		series := name
		if kind[name] == "histogram" {
			series += "_count"
		}
		labels := strings.Join(slices.Sorted(maps.Keys(there[series])), ",")
		if labels != "" {
			labels = "{" + labels + "}"
		}
		table += fmt.Sprintf("| `%s%s` | %s | %s |\n", name, labels, kind[name], help[name])
	}
	return table
}
