package podsecurity_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podsecurity"
)

// judged is a pod spec written as JSON with single quotes; annotations stand before it.
func judged(t *testing.T, text string) (map[string]string, *cluster.PodSpec) {
	t.Helper()
	var pod struct {
		Annotations map[string]string `json:"annotations"`
		cluster.PodSpec
	}
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(text, "'", `"`)), &pod), text)
	return pod.Annotations, &pod.PodSpec
}

func evaluate(t *testing.T, level podsecurity.Level, version, text string) string {
	t.Helper()
	v, err := podsecurity.ParseVersion(version)
	require.NoError(t, err)
	annotations, spec := judged(t, text)
	return podsecurity.Evaluate(podsecurity.LevelVersion{Level: level, Version: v}, annotations, spec).String()
}

// container is the spec of a pod with one container that says this.
func container(fields string) string { return "{'containers': [{'name': 'a', " + fields + "}]}" }

// security is the same with a security context for the container.
func security(fields string) string { return container("'securityContext': {" + fields + "}") }

func TestBaseline(t *testing.T) {
	for _, tt := range []struct{ rule, pod, want string }{
		{"P-14 unset, RuntimeDefault and Localhost are allowed", `{'annotations': {
			'container.apparmor.security.beta.kubernetes.io/a': 'localhost/x',
			'container.apparmor.security.beta.kubernetes.io/b': 'runtime/default',
			'container.apparmor.security.beta.kubernetes.io/c': ''},
			'securityContext': {'appArmorProfile': {'type': 'Localhost'}}, 'containers': [
			{'name': 'a', 'securityContext': {'appArmorProfile': {'type': 'RuntimeDefault'}}}]}`, ""},
		{"P-14 Unconfined is not", `{'securityContext': {'appArmorProfile': {'type': 'Unconfined'}},
			'containers': [{'name': 'a'}]}`,
			`forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")`},
		{"P-14 annotations count like fields", `{'annotations': {
			'container.apparmor.security.beta.kubernetes.io/a': 'unconfined', 'other/a': 'unconfined'},
			'containers': [{'name': 'a', 'securityContext': {'appArmorProfile': {'type': 'Unconfined'}}}]}`,
			`forbidden AppArmor profiles (container "a" and annotation must not set AppArmor profile type to ` +
				`"Unconfined", "container.apparmor.security.beta.kubernetes.io/a="unconfined"")`},
		{"P-15 the default capabilities", security(`'capabilities': {'add': ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE',
			'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID',
			'SYS_CHROOT']}`), ""},
		{"P-15 others, a prefix, and another case", security(
			`'capabilities': {'add': ['NET_RAW', 'NET_ADMIN', 'CAP_KILL', 'kill', 'NET_RAW']}`),
			`non-default capabilities (container "a" must not include "CAP_KILL", "NET_ADMIN", "NET_RAW", "kill" in ` +
				`securityContext.capabilities.add)`},
		{"P-16", `{'hostNetwork': true, 'hostPID': true, 'hostIPC': true, 'containers': [{'name': 'a'}]}`,
			"host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)"},
		{"P-16 only those that are used", `{'hostIPC': true, 'containers': [{'name': 'a'}]}`,
			"host namespaces (hostIPC=true)"},
		{"P-17", `{'volumes': [{'name': 'h', 'hostPath': {'path': '/'}}, {'name': 'n', 'nfs': {}}]}`,
			`hostPath volumes (volume "h")`},
		{"P-18", container(`'ports': [{'containerPort': 80}, {'containerPort': 9100, 'hostPort': 9100}]`),
			`hostPort (container "a" uses hostPort 9100)`},
		{"P-19", `{'initContainers': [
			{'name': 'z', 'lifecycle': {'postStart': {'httpGet': {'host': 'h3'}}, 'preStop': {'tcpSocket': {'host': 'h4'}}}}],
			'containers': [{'name': 'a', 'livenessProbe': {'httpGet': {'host': 'h2'}},
				'readinessProbe': {'tcpSocket': {'host': 'h1'}}, 'startupProbe': {'httpGet': {'host': 'h1'}}},
			{'name': 'b', 'livenessProbe': {'httpGet': {'path': '/'}}}]}`,
			`probe or lifecycle host (containers "a", "z" use probe or lifecycle hosts "h1", "h2", "h3", "h4")`},
		{"P-20", security(`'privileged': true`),
			`privileged (container "a" must not set securityContext.privileged=true)`},
		{"P-20 false", security(`'privileged': false`), ""},
		{"P-21", security(`'procMount': 'Unmasked'`),
			`procMount (container "a" must not set securityContext.procMount to "Unmasked")`},
		{"P-21 Default", security(`'procMount': 'Default'`), ""},
		{"P-21 in a user namespace", `{'hostUsers': false,
			'containers': [{'name': 'a', 'securityContext': {'procMount': 'Unmasked'}}]}`, ""},
		{"P-21 hostUsers true", `{'hostUsers': true,
			'containers': [{'name': 'a', 'securityContext': {'procMount': 'Unmasked'}}]}`,
			`procMount (container "a" must not set securityContext.procMount to "Unmasked")`},
		{"P-22 allowed types", `{'securityContext': {'seLinuxOptions': {'level': 's0'}}, 'containers': [
			{'name': 'a', 'securityContext': {'seLinuxOptions': {'type': 'container_t'}}},
			{'name': 'b', 'securityContext': {'seLinuxOptions': {'type': 'container_init_t'}}},
			{'name': 'c', 'securityContext': {'seLinuxOptions': {'type': 'container_kvm_t'}}},
			{'name': 'd', 'securityContext': {'seLinuxOptions': {'type': 'container_engine_t'}}}]}`, ""},
		{"P-22 another type, a user, a role", `{'securityContext': {'seLinuxOptions': {'type': 'spc_t'}}, 'containers': [
			{'name': 'a', 'securityContext': {'seLinuxOptions': {'user': 'u'}}},
			{'name': 'b', 'securityContext': {'seLinuxOptions': {'role': 'r'}}}]}`,
			`seLinuxOptions (pod and containers "a", "b" set forbidden securityContext.seLinuxOptions: ` +
				`type "spc_t"; user may not be set; role may not be set)`},
		{"P-23 RuntimeDefault and Localhost", `{'securityContext': {'seccompProfile': {'type': 'RuntimeDefault'}},
			'containers': [{'name': 'a', 'securityContext': {'seccompProfile': {'type': 'Localhost'}}}]}`, ""},
		{"P-23 Unconfined", `{'securityContext': {'seccompProfile': {'type': 'Unconfined'}},
			'containers': [{'name': 'a', 'securityContext': {'seccompProfile': {'type': 'Unconfined'}}}]}`,
			`seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")`},
		{"P-24", `{'securityContext': {'sysctls': [{'name': 'kernel.shm_rmid_forced'},
			{'name': 'net.ipv4.ip_local_port_range'}, {'name': 'net.ipv4.tcp_syncookies'},
			{'name': 'net.ipv4.ping_group_range'}, {'name': 'net.ipv4.ip_unprivileged_port_start'},
			{'name': 'net.ipv4.ip_local_reserved_ports'}, {'name': 'net.ipv4.tcp_keepalive_time'},
			{'name': 'net.ipv4.tcp_fin_timeout'}, {'name': 'net.ipv4.tcp_keepalive_intvl'},
			{'name': 'net.ipv4.tcp_keepalive_probes'}, {'name': 'net.ipv4.tcp_rmem'}, {'name': 'net.ipv4.tcp_wmem'},
			{'name': 'net.ipv4.tcp_slow_start_after_idle'}, {'name': 'net.ipv4.tcp_notsent_lowat'},
			{'name': 'kernel.msgmax'}, {'name': 'kernel.abc'}]}, 'containers': [{'name': 'a'}]}`,
			"forbidden sysctls (kernel.msgmax, kernel.abc)"},
		{"P-25", `{'securityContext': {'windowsOptions': {'hostProcess': true}}, 'containers': [
			{'name': 'a', 'securityContext': {'windowsOptions': {'hostProcess': false}}}]}`,
			"hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)"},
		{"P-39 init containers, containers, ephemeral containers; texts sorted, once", `{
			'ephemeralContainers': [{'name': 'e', 'securityContext': {'privileged': true}}],
			'containers': [{'name': 'c', 'securityContext': {'privileged': true},
				'ports': [{'hostPort': 80}, {'hostPort': 443}, {'hostPort': 80}]}],
			'initContainers': [{'name': 'i', 'securityContext': {'privileged': true}, 'ports': [{'hostPort': 81}]}]}`,
			`hostPort (containers "i", "c" use hostPorts 443, 80, 81), ` +
				`privileged (containers "i", "c", "e" must not set securityContext.privileged=true)`},
		{"P-40 of several volumes", `{'volumes': [{'name': 'root', 'hostPath': {}}, {'name': 'sys', 'hostPath': {}}]}`,
			`hostPath volumes (volumes "root", "sys")`},
		{"nothing set", container(`'image': 'x'`), ""},
		{"nothing at all", `{}`, ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			require.Empty(t, cmp.Diff(tt.want, evaluate(t, podsecurity.Baseline, "latest", tt.pod)))
		})
	}
}

// fine is what a container under Restricted has to say, and finePod what its pod may say for it.
const (
	fine    = `'allowPrivilegeEscalation': false, 'capabilities': {'drop': ['ALL']}`
	finePod = `'securityContext': {'runAsNonRoot': true, 'seccompProfile': {'type': 'RuntimeDefault'}}`
)

func TestRestricted(t *testing.T) {
	pod := func(podFields, containerFields string) string {
		return "{" + podFields + ", 'containers': [{'name': 'a', 'securityContext': {" + containerFields + "}}]}"
	}
	for _, tt := range []struct{ rule, pod, want string }{
		{"P-26 unset", pod(finePod, `'capabilities': {'drop': ['ALL']}`),
			`allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)`},
		{"P-26 true", pod(finePod, `'allowPrivilegeEscalation': true, 'capabilities': {'drop': ['ALL']}`),
			`allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)`},
		{"P-26 P-27 P-32 on Windows", `{'os': {'name': 'windows'}, 'containers': [
			{'name': 'a', 'securityContext': {'runAsNonRoot': true}}]}`, ""},
		{"P-27 nothing dropped", pod(finePod, `'allowPrivilegeEscalation': false, 'capabilities': {'drop': ['all', 'KILL']}`),
			`unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])`},
		{"P-27 only NET_BIND_SERVICE may be added", pod(finePod, `'allowPrivilegeEscalation': false,
			'capabilities': {'add': ['NET_BIND_SERVICE', 'SYS_ADMIN', 'CHOWN']}`),
			`unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; ` +
				`container "a" must not include "CHOWN", "SYS_ADMIN" in securityContext.capabilities.add)`},
		{"P-28 in a user namespace too", pod("'hostUsers': false, "+finePod, fine+`, 'procMount': 'Unmasked'`),
			`procMount (container "a" must not set securityContext.procMount to "Unmasked")`},
		{"P-29 allowed", pod(finePod+`, 'volumes': [{'name': 'a', 'configMap': {}}, {'name': 'b', 'csi': {}},
			{'name': 'c', 'downwardAPI': {}}, {'name': 'd', 'emptyDir': {}}, {'name': 'e', 'ephemeral': {}},
			{'name': 'f', 'image': {}}, {'name': 'g', 'persistentVolumeClaim': {}}, {'name': 'h', 'projected': {}},
			{'name': 'i', 'secret': {}}]`, fine), ""},
		{"P-29 one", pod(finePod+`, 'volumes': [{'name': 'h', 'hostPath': {}}]`, fine),
			`restricted volume types (volume "h" uses restricted volume type "hostPath")`},
		{"P-29 several", pod(finePod+`, 'volumes': [{'name': 'n', 'nfs': {}}, {'name': 'h', 'hostPath': {}},
			{'name': 'm', 'nfs': {}}]`, fine),
			`restricted volume types (volumes "n", "h", "m" use restricted volume types "hostPath", "nfs")`},
		{"P-29 all others", pod(finePod+`, 'volumes': [{'name': 'a', 'gcePersistentDisk': {}},
			{'name': 'b', 'awsElasticBlockStore': {}}, {'name': 'c', 'gitRepo': {}}, {'name': 'd', 'iscsi': {}},
			{'name': 'e', 'glusterfs': {}}, {'name': 'f', 'rbd': {}}, {'name': 'g', 'flexVolume': {}},
			{'name': 'h', 'cinder': {}}, {'name': 'i', 'cephfs': {}}, {'name': 'j', 'flocker': {}},
			{'name': 'k', 'fc': {}}, {'name': 'l', 'azureFile': {}}, {'name': 'm', 'vsphereVolume': {}},
			{'name': 'n', 'quobyte': {}}, {'name': 'o', 'azureDisk': {}}, {'name': 'p', 'portworxVolume': {}},
			{'name': 'q', 'photonPersistentDisk': {}}, {'name': 'r', 'scaleIO': {}}, {'name': 's', 'storageos': {}},
			{'name': 't'}]`, fine),
			`restricted volume types (volumes "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", ` +
				`"o", "p", "q", "r", "s", "t" use restricted volume types "awsElasticBlockStore", "azureDisk", ` +
				`"azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", ` +
				`"glusterfs", "iscsi", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", ` +
				`"storageos", "unknown", "vsphereVolume")`},
		{"P-30 unset", pod(`'securityContext': {'seccompProfile': {'type': 'Localhost'}}`, fine),
			`runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)`},
		{"P-30 every container says it", pod(`'securityContext': {'seccompProfile': {'type': 'Localhost'}}`,
			fine+`, 'runAsNonRoot': true`), ""},
		{"P-30 in a user namespace", pod(`'hostUsers': false,
			'securityContext': {'runAsNonRoot': false, 'seccompProfile': {'type': 'Localhost'}}`, fine), ""},
		{"P-31", pod(finePod, fine+`, 'runAsUser': 0`), `runAsUser=0 (container "a" must not set runAsUser=0)`},
		{"P-31 another user", pod(finePod, fine+`, 'runAsUser': 1000`), ""},
		{"P-31 in a user namespace", pod(`'hostUsers': false, `+finePod, fine+`, 'runAsUser': 0`), ""},
		{"P-32 unset", pod(`'securityContext': {'runAsNonRoot': true}`, fine), `seccompProfile (pod or container "a" ` +
			`must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`},
		{"P-32 every container says it", pod(`'securityContext': {'runAsNonRoot': true}`,
			fine+`, 'seccompProfile': {'type': 'Localhost'}`), ""},
		{"P-34 a bad value of the pod's counts though every container overrides it", pod(
			`'securityContext': {'runAsNonRoot': false, 'runAsUser': 0, 'seccompProfile': {'type': 'Unconfined'}}`,
			fine+`, 'runAsNonRoot': true, 'runAsUser': 1, 'seccompProfile': {'type': 'Localhost'}`),
			`runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), ` +
				`runAsUser=0 (pod must not set runAsUser=0), seccompProfile (pod must not set ` +
				`securityContext.seccompProfile.type to "Unconfined")`},
		{"P-34 a good value of the pod's does not excuse a container", pod(finePod,
			fine+`, 'runAsNonRoot': false, 'seccompProfile': {'type': 'Unconfined'}`),
			`runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false), ` +
				`seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")`},
		{"P-1 what the baseline demands", pod(finePod+`, 'hostPID': true`, fine), "host namespaces (hostPID=true)"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			require.Empty(t, cmp.Diff(tt.want, evaluate(t, podsecurity.Restricted, "latest", tt.pod)))
		})
	}
}

// nodeExporter and networkAgent are what is found on the nodes of many clusters.
const (
	nodeExporter = `{'hostNetwork': true, 'hostPID': true,
		'volumes': [{'name': 'root', 'hostPath': {'path': '/'}}, {'name': 'sys', 'hostPath': {'path': '/sys'}}],
		'containers': [{'name': 'node-exporter', 'ports': [{'containerPort': 9100, 'hostPort': 9100}]}]}`
	networkAgent = `{'hostNetwork': true, 'securityContext': {'seccompProfile': {'type': 'Unconfined'}},
		'initContainers': [{'name': 'install', 'securityContext': {'privileged': true}}],
		'containers': [{'name': 'flannel',
			'securityContext': {'runAsUser': 0, 'capabilities': {'add': ['NET_ADMIN', 'NET_RAW']}}}]}`
)

func TestWorkedMessages(t *testing.T) {
	for _, tt := range []struct {
		rule  string
		level podsecurity.Level
		pod   string
		want  []string
	}{
		{"P-4 nothing is demanded", podsecurity.Privileged, networkAgent, nil},
		{"P-40 nothing set", podsecurity.Restricted, container(`'image': 'x'`), []string{
			`allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)`,
			`unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])`,
			`runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)`,
			`seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or ` +
				`"Localhost")`,
		}},
		{"P-33 the baseline, by name", podsecurity.Baseline, nodeExporter, []string{
			`host namespaces (hostNetwork=true, hostPID=true)`,
			`hostPath volumes (volumes "root", "sys")`,
			`hostPort (container "node-exporter" uses hostPort 9100)`,
		}},
		{"P-33 what is replaced is left out", podsecurity.Restricted, nodeExporter, []string{
			`host namespaces (hostNetwork=true, hostPID=true)`,
			`hostPort (container "node-exporter" uses hostPort 9100)`,
			`allowPrivilegeEscalation != false (container "node-exporter" must set ` +
				`securityContext.allowPrivilegeEscalation=false)`,
			`unrestricted capabilities (container "node-exporter" must set securityContext.capabilities.drop=["ALL"])`,
			`restricted volume types (volumes "root", "sys" use restricted volume type "hostPath")`,
			`runAsNonRoot != true (pod or container "node-exporter" must set securityContext.runAsNonRoot=true)`,
			`seccompProfile (pod or container "node-exporter" must set securityContext.seccompProfile.type to ` +
				`"RuntimeDefault" or "Localhost")`,
		}},
		{"P-40 a network agent", podsecurity.Baseline, networkAgent, []string{
			`non-default capabilities (container "flannel" must not include "NET_ADMIN", "NET_RAW" in ` +
				`securityContext.capabilities.add)`,
			`host namespaces (hostNetwork=true)`,
			`privileged (container "install" must not set securityContext.privileged=true)`,
			`seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")`,
		}},
		{"P-40 a network agent", podsecurity.Restricted, networkAgent, []string{
			`host namespaces (hostNetwork=true)`,
			`privileged (container "install" must not set securityContext.privileged=true)`,
			`allowPrivilegeEscalation != false (containers "install", "flannel" must set ` +
				`securityContext.allowPrivilegeEscalation=false)`,
			`unrestricted capabilities (containers "install", "flannel" must set ` +
				`securityContext.capabilities.drop=["ALL"]; container "flannel" must not include "NET_ADMIN", "NET_RAW" ` +
				`in securityContext.capabilities.add)`,
			`runAsNonRoot != true (pod or containers "install", "flannel" must set securityContext.runAsNonRoot=true)`,
			`runAsUser=0 (container "flannel" must not set runAsUser=0)`,
			`seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")`,
		}},
	} {
		t.Run(tt.rule+" under "+string(tt.level), func(t *testing.T) {
			require.Empty(t, cmp.Diff(strings.Join(tt.want, ", "), evaluate(t, tt.level, "latest", tt.pod)))
		})
	}
}

// TestSince asks of each demand that has come or changed since v1.0 about the last version without and the first
// with it.
func TestSince(t *testing.T) {
	sysctl := func(name string) string {
		return "{'securityContext': {'sysctls': [{'name': '" + name + "'}]}}"
	}
	unmasked := `{'hostUsers': false, 'containers': [{'name': 'a', 'securityContext': {` + fine + `,
		'procMount': 'Unmasked'}}], ` + finePod + `}`
	root := `{'hostUsers': false, 'securityContext': {'runAsNonRoot': false, 'seccompProfile': {'type': 'Localhost'}},
		'containers': [{'name': 'a', 'securityContext': {` + fine + `}}]}`
	windows := `{'os': {'name': 'windows'}, 'containers': [{'name': 'a', 'securityContext': {'runAsNonRoot': true}}]}`
	for _, tt := range []struct {
		rule          string
		level         podsecurity.Level
		before, since string
		pod           string
		was, is       string
	}{
		{"P-19", podsecurity.Baseline, "v1.33", "v1.34", container(`'livenessProbe': {'tcpSocket': {'host': 'x'}}`),
			"", "probe or lifecycle host"},
		{"P-21", podsecurity.Baseline, "v1.34", "v1.35", unmasked, "procMount", ""},
		{"P-22", podsecurity.Baseline, "v1.30", "v1.31",
			security(`'seLinuxOptions': {'type': 'container_engine_t'}`), "seLinuxOptions", ""},
		{"P-23", podsecurity.Baseline, "v1.18", "v1.19", security(`'seccompProfile': {'type': 'Unconfined'}`),
			"", "seccompProfile"},
		{"P-23 by annotation", podsecurity.Baseline, "v1.18", "v1.19", `{'annotations': {
			'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
			'container.seccomp.security.alpha.kubernetes.io/a': 'docker/default',
			'container.seccomp.security.alpha.kubernetes.io/nobody': 'unconfined'}, 'containers': [{'name': 'a'}]}`,
			"seccompProfile", ""},
		{"P-24", podsecurity.Baseline, "v1.26", "v1.27", sysctl("net.ipv4.ip_local_reserved_ports"),
			"forbidden sysctls", ""},
		{"P-24", podsecurity.Baseline, "v1.28", "v1.29", sysctl("net.ipv4.tcp_fin_timeout"), "forbidden sysctls", ""},
		{"P-24", podsecurity.Baseline, "v1.31", "v1.32", sysctl("net.ipv4.tcp_wmem"), "forbidden sysctls", ""},
		{"P-24", podsecurity.Baseline, "v1.36", "v1.37", sysctl("net.ipv4.tcp_notsent_lowat"), "forbidden sysctls", ""},
		{"P-26", podsecurity.Restricted, "v1.7", "v1.8", container(`'securityContext': {'runAsNonRoot': true}`),
			"", "allowPrivilegeEscalation != false"},
		{"P-26 P-27 P-32 on Windows", podsecurity.Restricted, "v1.24", "v1.25", windows,
			"allowPrivilegeEscalation != false, unrestricted capabilities, seccompProfile", ""},
		{"P-27 replaces its baseline", podsecurity.Restricted, "v1.21", "v1.22", `{` + finePod + `, 'containers': [
			{'name': 'a', 'securityContext': {'allowPrivilegeEscalation': false,
				'capabilities': {'add': ['NET_RAW'], 'drop': ['ALL']}}}]}`,
			"non-default capabilities", "unrestricted capabilities"},
		{"P-28 replaces its baseline", podsecurity.Restricted, "v1.34", "v1.35", unmasked, "procMount", "procMount"},
		{"P-30", podsecurity.Restricted, "v1.34", "v1.35", root, "runAsNonRoot != true", ""},
		{"P-31", podsecurity.Restricted, "v1.22", "v1.23", `{` + finePod + `, 'containers': [
			{'name': 'a', 'securityContext': {` + fine + `, 'runAsUser': 0}}]}`, "", "runAsUser=0"},
		{"P-32 replaces its baseline", podsecurity.Restricted, "v1.18", "v1.19", `{
			'securityContext': {'runAsNonRoot': true}, 'containers': [{'name': 'a', 'securityContext': {` + fine + `}}]}`,
			"", "seccompProfile"},
		{"P-3 what is newer is as the newest", podsecurity.Baseline, "v1.37", "v1.999",
			sysctl("net.ipv4.tcp_notsent_lowat"), "", ""},
	} {
		t.Run(tt.rule+" since "+tt.since, func(t *testing.T) {
			annotations, spec := judged(t, tt.pod)
			for version, want := range map[string]string{tt.before: tt.was, tt.since: tt.is} {
				v, err := podsecurity.ParseVersion(version)
				require.NoError(t, err)
				found := podsecurity.Evaluate(podsecurity.LevelVersion{Level: tt.level, Version: v}, annotations, spec)
				require.Equal(t, want, found.Reasons(), version)
			}
		})
	}
}
