package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

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
