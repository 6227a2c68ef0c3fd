// Prints, as JSON, what the published OpenAPI does not say about the Go types behind it:
// which fields are always written, and with which zero value ("a"), and which scalars are
// pointers, so that an explicit zero survives ("p").  make_openapi.py runs this.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type shape struct {
	Always   map[string]json.RawMessage `json:"a,omitempty"`
	Pointers []string                   `json:"p,omitempty"`
}

var seen = map[string]*shape{}

func name(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	host := strings.Split(parts[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	return strings.Join(append(host, parts[1:]...), ".") + "." + t.Name()
}

func fields(t reflect.Type, into *shape) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		tag := strings.Split(field.Tag.Get("json"), ",")
		options := strings.Join(tag[1:], ",")
		if tag[0] == "-" {
			continue
		}
		if field.Anonymous && tag[0] == "" {
			fields(field.Type, into)
			continue
		}
		visit(field.Type)
		kind := field.Type.Kind()
		if kind == reflect.Ptr && (field.Type.Elem().Kind() != reflect.Struct || writesItself(field.Type.Elem())) {
			into.Pointers = append(into.Pointers, tag[0])
		}
		omitted := strings.Contains(options, "omitempty") && kind != reflect.Struct
		if omitted || strings.Contains(options, "omitzero") {
			continue
		}
		zero, err := json.Marshal(reflect.New(field.Type).Elem().Interface())
		if err != nil {
			panic(err)
		}
		if zero[0] == '{' {
			zero = []byte("{}")
		}
		into.Always[tag[0]] = zero
	}
}

func writesItself(t reflect.Type) bool {
	_, ok := reflect.New(t).Interface().(json.Marshaler)
	return ok
}

func visit(t reflect.Type) {
	switch t.Kind() {
	case reflect.Ptr, reflect.Slice, reflect.Map:
		visit(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if t.Name() == "" || writesItself(t) || !strings.HasPrefix(t.PkgPath(), "k8s.io/") {
		return
	}
	if _, ok := seen[name(t)]; ok {
		return
	}
	into := &shape{Always: map[string]json.RawMessage{}}
	seen[name(t)] = into
	fields(t, into)
}

func main() {
	for _, object := range []any{
		appsv1.Deployment{}, appsv1.StatefulSet{}, appsv1.DaemonSet{}, appsv1.ReplicaSet{},
		appsv1.ControllerRevision{}, authorizationv1.SelfSubjectAccessReview{},
		authorizationv1.SelfSubjectRulesReview{}, autoscalingv1.Scale{},
		autoscalingv1.HorizontalPodAutoscaler{}, autoscalingv2.HorizontalPodAutoscaler{},
		batchv1.Job{}, batchv1.CronJob{}, coordinationv1.Lease{}, corev1.Pod{}, corev1.PodTemplate{},
		corev1.Namespace{}, corev1.Node{}, corev1.Service{}, corev1.Endpoints{}, corev1.ConfigMap{}, corev1.Secret{},
		corev1.ServiceAccount{}, corev1.PersistentVolumeClaim{}, corev1.PersistentVolume{}, corev1.Event{},
		corev1.LimitRange{}, corev1.ResourceQuota{}, corev1.ReplicationController{},
		discoveryv1.EndpointSlice{}, eventsv1.Event{}, networkingv1.Ingress{}, networkingv1.IngressClass{},
		networkingv1.NetworkPolicy{}, policyv1.PodDisruptionBudget{}, rbacv1.Role{}, rbacv1.RoleBinding{},
		rbacv1.ClusterRole{}, rbacv1.ClusterRoleBinding{}, schedulingv1.PriorityClass{}, storagev1.StorageClass{},
		apiextensionsv1.CustomResourceDefinition{},
	} {
		visit(reflect.TypeOf(object))
	}
	if err := json.NewEncoder(os.Stdout).Encode(seen); err != nil {
		panic(err)
	}
}
