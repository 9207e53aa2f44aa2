package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// stopPromised is how long a stop takes at most, after --shutdown-delay.
const stopPromised = 10 * time.Second

const manifests = "../../deploy/kubernetes"

// A manifest is what the tests read of an object of Kubernetes.
type manifest struct {
	File       string `yaml:"-"`
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Data       map[string]string
	StringData map[string]string `yaml:"stringData"`
	Spec       struct {
		Replicas int
		Template struct {
			Metadata struct{ Annotations map[string]string }
			Spec     podSpec
		}
		Ports []struct { // of a service
			TargetPort string `yaml:"targetPort"`
		}
		Ingress []struct{ Ports []struct{ Port int } } // of a network policy
	}
}

type podSpec struct {
	Grace           int `yaml:"terminationGracePeriodSeconds"` // seconds
	SecurityContext struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
		RunAsUser    int  `yaml:"runAsUser"`
	} `yaml:"securityContext"`
	Containers []podContainer
}

type podContainer struct {
	Image string
	Args  []string
	Env   []struct{ Name, Value string }
	Ports []struct {
		Name          string
		ContainerPort string `yaml:"containerPort"`
	}
	StartupProbe    probe `yaml:"startupProbe"`
	LivenessProbe   probe `yaml:"livenessProbe"`
	ReadinessProbe  probe `yaml:"readinessProbe"`
	SecurityContext struct {
		ReadOnly     bool `yaml:"readOnlyRootFilesystem"`
		Escalation   bool `yaml:"allowPrivilegeEscalation"`
		Capabilities struct{ Drop []string }
	} `yaml:"securityContext"`
}

type probe struct {
	HTTPGet        struct{ Path, Port string } `yaml:"httpGet"`
	TimeoutSeconds int                         `yaml:"timeoutSeconds"`
}

// readManifests decodes each object twice: as the tests use it, and as it stands.
func readManifests(t *testing.T) (all []manifest, whole []any) {
	t.Helper()
	files, err := filepath.Glob(manifests + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d manifests, %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		for d := yaml.NewDecoder(strings.NewReader(contents(t, file))); ; {
			var node yaml.Node
			if err := d.Decode(&node); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			m, object := manifest{File: filepath.Base(file)}, any(nil)
			if err := errors.Join(node.Decode(&m), node.Decode(&object)); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			all, whole = append(all, m), append(whole, object)
		}
	}
	return all, whole
}

// TestKubernetesKnowsTheManifests compiles each object against the types of
// Kubernetes' API, so that no field has a name or a type that it does not know.
func TestKubernetesKnowsTheManifests(t *testing.T) {
	t.Parallel()
	var program bytes.Buffer
	all, whole := readManifests(t)
	for i, m := range all {
		group, version, named := strings.Cut(m.APIVersion, "/")
		if !named {
			group, version = "core", m.APIVersion
		}
		group, _, _ = strings.Cut(group, ".")
		text, err := json.MarshalIndent(whole[i], "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&program, "export const of_%s_%d: import(\"kubernetes-types/%s/%s\").%s = %s;\n",
			strings.Map(letters, m.File), i, group, version, m.Kind, text)
	}
	scripts := deployScripts(t)
	if err := os.WriteFile(filepath.Join(scripts, "manifests.ts"), program.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := inScripts(t, scripts, nil, "node", "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "preserve", "--target", "es2022", "manifests.ts")
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// letters keeps the letters of a name.
func letters(c rune) rune {
	if c < 'a' || c > 'z' {
		return '_'
	}
	return c
}

// deployScripts returns a folder with what testdata/deploy names, from npm.
func deployScripts(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "deploy"))); err != nil {
		t.Fatal(err)
	}
	if out, err := inScripts(t, dir, nil, "npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		t.Fatalf("npm ci: %v; what testdata/deploy/package-lock.json names must be in npm's cache, or its registry within reach\n%s", err, out)
	}
	return dir
}

// TestThePodsFitTheProgram starts from the settings that the manifests give, and
// compares ports, probes, users and times with those of the program and its image.
func TestThePodsFitTheProgram(t *testing.T) {
	all, _ := readManifests(t)
	shared, reachable, parts := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, m := range all {
		maps.Copy(shared, m.StringData)
		if strings.HasPrefix(strings.Join(slices.Collect(maps.Keys(m.Data)), " "), "BULKPATCH_") {
			maps.Copy(shared, m.Data)
		}
		for _, from := range m.Spec.Ingress {
			for _, p := range from.Ports {
				reachable[fmt.Sprint(p.Port)] = true
			}
		}
	}
	shared["BULKPATCH_MODELS"] = t.TempDir() // without files, as config.yaml has it
	for _, m := range all {
		for _, c := range m.Spec.Template.Spec.Containers {
			parts[c.Args[0]] = true
			t.Run(c.Args[0], func(t *testing.T) { checkPod(t, m, c, shared, reachable) })
		}
		for _, p := range m.Spec.Ports {
			if p.TargetPort != "http" {
				t.Errorf("%s leads to the port %s", m.File, p.TargetPort)
			}
		}
	}
	if want := []string{"api", "migrate", "worker"}; !slices.Equal(slices.Sorted(maps.Keys(parts)), want) {
		t.Errorf("pods run %v", parts)
	}
}

func checkPod(t *testing.T, m manifest, c podContainer, shared map[string]string, reachable map[string]bool) {
	pod := m.Spec.Template.Spec
	for name, value := range shared {
		t.Setenv(name, value)
	}
	_, help, _ := call(t, c.Args[0], "--help")
	for _, variable := range c.Env {
		t.Setenv(variable.Name, variable.Value)
		if !strings.Contains(help, "$"+variable.Name) {
			t.Errorf("it knows no %s", variable.Name)
		}
	}
	s := started(t, c.Args...)
	if name, _, _ := strings.Cut(filepath.Base(c.Image), ":"); name != "bulkpatch" {
		t.Errorf("the image is %s", c.Image)
	}
	image := fmt.Sprintf("--uid %d ", pod.SecurityContext.RunAsUser)
	if rights := c.SecurityContext; !pod.SecurityContext.RunAsNonRoot || !strings.Contains(document(t, "Dockerfile"), image) ||
		!rights.ReadOnly || rights.Escalation || !slices.Equal(rights.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("it has more rights than it needs: %+v %+v", pod.SecurityContext, rights)
	}
	if c.Args[0] == "migrate" {
		return
	}
	if least := s.shutdownDelay + stopPromised; time.Duration(pod.Grace)*time.Second < least {
		t.Errorf("it is killed after %d s and needs %v", pod.Grace, least)
	}
	address := s.addr + s.metricsAddr
	if port := c.Ports[0].ContainerPort; !strings.HasSuffix(address, ":"+port) || !reachable[port] ||
		c.Ports[0].Name != "http" || m.Spec.Template.Metadata.Annotations["prometheus.io/port"] != port {
		t.Errorf("it listens on %s, not on %+v", address, c.Ports)
	}
	for path, p := range map[string]probe{"/healthz": c.StartupProbe, "/healthz ": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if p.HTTPGet.Path != strings.TrimSpace(path) || p.HTTPGet.Port != "http" {
			t.Errorf("a probe asks %+v", p.HTTPGet)
		}
	}
	if at := c.ReadinessProbe.TimeoutSeconds; time.Duration(at)*time.Second <= readyWithin {
		t.Errorf("/readyz is given %d s", at)
	}
}

// TestThePathsOfProbesAnswer asks a running process what probes and Prometheus ask.
func TestThePathsOfProbesAnswer(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		resp, err := http.Get(p.base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// TestKustomizeFindsTheManifests reads what kubectl apply -k reads. It applies
// neither the example of a secret, which would replace the real one, nor the job.
func TestKustomizeFindsTheManifests(t *testing.T) {
	var k struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Resources  []string // files
		Images     []struct {
			Name    string
			NewName string `yaml:"newName"`
			NewTag  string `yaml:"newTag"`
		}
	}
	d := yaml.NewDecoder(strings.NewReader(contents(t, manifests+"/kustomization.yaml")))
	d.KnownFields(true)
	if err := d.Decode(&k); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(manifests + "/*.yaml")
	for _, file := range files {
		applied := !slices.Contains([]string{"kustomization.yaml", "secret.yaml", "migrate.yaml"}, filepath.Base(file))
		if slices.Contains(k.Resources, filepath.Base(file)) != applied {
			t.Errorf("%s is applied: %v", file, !applied)
		}
	}
	if len(k.Images) != 1 || k.Images[0].Name != "bulkpatch" || k.Images[0].NewName == "" {
		t.Errorf("the images are %+v", k.Images)
	}
}
