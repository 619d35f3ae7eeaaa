// Clients of Kubernetes as Go programs use them: typed client-go over protobuf, informers, the dynamic client, controller-runtime.
// Each scene ends with a line "ok NAME"; the first that fails ends the program.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	soon      = 30 * time.Second
	pause     = 100 * time.Millisecond
	protobuf  = "application/vnd.kubernetes.protobuf"
	namespace = "default"
)

func main() {
	log.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	binary := rest.CopyConfig(config)
	binary.ContentType = protobuf
	binary.AcceptContentTypes = protobuf + ",application/json"
	strict := rest.CopyConfig(config)
	strict.ContentType = protobuf
	strict.AcceptContentTypes = protobuf

	scene("typed-configmaps", func() { configMaps(ctx, kubernetes.NewForConfigOrDie(strict)) })
	scene("typed-pods", func() { pods(ctx, kubernetes.NewForConfigOrDie(strict)) })
	scene("typed-deployments", func() { deployments(ctx, kubernetes.NewForConfigOrDie(strict)) })
	scene("protobuf-errors", func() { refusals(ctx, kubernetes.NewForConfigOrDie(strict)) })
	scene("informer", func() { informer(ctx, kubernetes.NewForConfigOrDie(binary)) })
	scene("leader-election", func() { election(ctx, kubernetes.NewForConfigOrDie(binary)) })
	scene("dynamic", func() { dynamicClient(ctx, dynamic.NewForConfigOrDie(config)) })
	scene("controller-runtime", func() { operator(ctx, config) })
}

func scene(name string, run func()) {
	run()
	fmt.Println("ok", name)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(what string, got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		panic(fmt.Sprintf("%s: %v (expected: %v)", what, got, want))
	}
}

func eventually(ctx context.Context, what string, done func(context.Context) (bool, error)) {
	if err := wait.PollUntilContextTimeout(ctx, pause, soon, true, done); err != nil {
		panic(fmt.Sprintf("%s: %v", what, err))
	}
}

func configMaps(ctx context.Context, clients kubernetes.Interface) {
	maps := clients.CoreV1().ConfigMaps(namespace)
	made, err := maps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "go-", Labels: map[string]string{"by": "go"}},
		Data:       map[string]string{"colour": "blue"}, BinaryData: map[string][]byte{"bits": {0, 1, 255}}}, metav1.CreateOptions{})
	check(err)
	made.Data["size"] = "3"
	updated, err := maps.Update(ctx, made, metav1.UpdateOptions{})
	check(err)
	expect("binary data", updated.BinaryData["bits"], []byte{0, 1, 255})
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	expect("a stale update", errors.IsConflict(err), true)
	for kind, body := range map[types.PatchType]string{
		types.JSONPatchType:           `[{"op":"add","path":"/data/json","value":"1"}]`,
		types.MergePatchType:          `{"data":{"merge":"2"}}`,
		types.StrategicMergePatchType: `{"data":{"strategic":"3"}}`,
	} {
		_, err = maps.Patch(ctx, made.Name, kind, []byte(body), metav1.PatchOptions{})
		check(err)
	}
	applied, err := maps.Apply(ctx, corev1apply.ConfigMap(made.Name, namespace).WithData(map[string]string{"applied": "4"}), metav1.ApplyOptions{FieldManager: "go"})
	check(err)
	expect("keys after patches", len(applied.Data), 6)
	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "by=go"})
	check(err)
	expect("listed", len(list.Items), 1)
	check(maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "by=go"}))
	_, err = maps.Get(ctx, made.Name, metav1.GetOptions{})
	expect("gone", errors.IsNotFound(err), true)
}

func pods(ctx context.Context, clients kubernetes.Interface) {
	pods := clients.CoreV1().Pods(namespace)
	pod, err := pods.Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "go-pod"}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "c", Image: "example.com/c:1", Env: []corev1.EnvVar{{Name: "A", Value: "1"}}}}}}, metav1.CreateOptions{})
	check(err)
	expect("defaults", pod.Spec.RestartPolicy, corev1.RestartPolicyAlways)
	expect("admission", pod.Spec.ServiceAccountName, "default")
	pod.Status.Phase = corev1.PodRunning
	pod.Status.StartTime = &metav1.Time{Time: time.Unix(1700000000, 0)}
	pod, err = pods.UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	check(err)
	expect("status", pod.Status.Phase, corev1.PodRunning)
	expect("time", pod.Status.StartTime.Unix(), 1700000000)
	check(pods.Delete(ctx, "go-pod", *metav1.NewDeleteOptions(0)))
}

func deployments(ctx context.Context, clients kubernetes.Interface) {
	deployments := clients.AppsV1().Deployments(namespace)
	labels := map[string]string{"app": "go"}
	one := int32(1)
	_, err := deployments.Create(ctx, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "go"}, Spec: appsv1.DeploymentSpec{
		Replicas: &one, Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "example.com/c:1"}}}}}},
		metav1.CreateOptions{})
	check(err)
	scale, err := deployments.GetScale(ctx, "go", metav1.GetOptions{})
	check(err)
	scale.Spec.Replicas = 2
	_, err = deployments.UpdateScale(ctx, "go", scale, metav1.UpdateOptions{})
	check(err)
	eventually(ctx, "the controller's Pods", func(ctx context.Context) (bool, error) {
		list, err := clients.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=go"})
		return err == nil && len(list.Items) == 2, err
	})
	foreground := metav1.DeletePropagationForeground
	check(deployments.Delete(ctx, "go", metav1.DeleteOptions{PropagationPolicy: &foreground}))
	eventually(ctx, "deployment and Pods gone", func(ctx context.Context) (bool, error) {
		_, err := deployments.Get(ctx, "go", metav1.GetOptions{})
		return errors.IsNotFound(err), nil
	})
}

func refusals(ctx context.Context, clients kubernetes.Interface) {
	_, err := clients.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "NOT valid"}}, metav1.CreateOptions{})
	expect("an invalid name", errors.IsInvalid(err), true)
	status := err.(errors.APIStatus).Status()
	expect("its cause", status.Details.Causes[0].Field, "metadata.name")
	_, err = clients.CoreV1().Secrets("nowhere").Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s"}}, metav1.CreateOptions{})
	expect("no namespace", errors.IsNotFound(err), true)
}

func informer(ctx context.Context, clients kubernetes.Interface) {
	stop := make(chan struct{})
	defer close(stop)
	factory := informers.NewSharedInformerFactoryWithOptions(clients, 0, informers.WithNamespace(namespace))
	events := make(chan string, 100)
	_, err := factory.Core().V1().ConfigMaps().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { events <- "add " + o.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, o any) { events <- "update " + o.(*corev1.ConfigMap).Name },
		DeleteFunc: func(o any) { events <- "delete " + o.(*corev1.ConfigMap).Name },
	})
	check(err)
	factory.Start(stop)
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		expect("synced "+kind.String(), synced, true)
	}
	maps := clients.CoreV1().ConfigMaps(namespace)
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "watched"}}, metav1.CreateOptions{})
	check(err)
	made.Data = map[string]string{"a": "b"}
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	check(err)
	check(maps.Delete(ctx, "watched", metav1.DeleteOptions{}))
	for _, want := range []string{"add watched", "update watched", "delete watched"} {
		for got := ""; got != want; {
			select {
			case got = <-events:
			case <-time.After(soon):
				panic("no event: " + want)
			}
		}
	}
}

func election(ctx context.Context, clients kubernetes.Interface) {
	leading, cancel := context.WithCancel(ctx)
	led := make(chan struct{})
	leaderelection.RunOrDie(leading, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Name: "go", Namespace: namespace}, Client: clients.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: "me"}},
		LeaseDuration: 5 * time.Second, RenewDeadline: 3 * time.Second, RetryPeriod: 500 * time.Millisecond, ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { close(led); cancel() }, OnStoppedLeading: func() {}},
	})
	<-led
	lease, err := clients.CoordinationV1().Leases(namespace).Get(ctx, "go", metav1.GetOptions{})
	check(err)
	expect("released", *lease.Spec.HolderIdentity, "")
}

var (
	crds  = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	boats = schema.GroupVersionResource{Group: "go.example.com", Version: "v1", Resource: "boats"}
)

const crd = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boats.go.example.com"},"spec":{"group":"go.example.com",
"scope":"Namespaced","names":{"plural":"boats","kind":"Boat"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":
{"type":"object","properties":{"spec":{"type":"object","properties":{"crew":{"type":"integer"}}},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}`

func dynamicClient(ctx context.Context, clients dynamic.Interface) {
	var object map[string]any
	check(json.Unmarshal([]byte(crd), &object))
	_, err := clients.Resource(crds).Create(ctx, &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	check(err)
	eventually(ctx, "the kind is served", func(ctx context.Context) (bool, error) {
		_, err := clients.Resource(boats).Namespace(namespace).List(ctx, metav1.ListOptions{})
		return err == nil, nil
	})
	boat := func(crew int64) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "go.example.com/v1", "kind": "Boat",
			"metadata": map[string]any{"name": "anna"}, "spec": map[string]any{"crew": crew}}}
	}
	_, err = clients.Resource(boats).Namespace(namespace).Create(ctx, boat(3), metav1.CreateOptions{})
	check(err)
	applied, err := clients.Resource(boats).Namespace(namespace).Apply(ctx, "anna", boat(4), metav1.ApplyOptions{FieldManager: "go", Force: true})
	check(err)
	crew, _, _ := unstructured.NestedInt64(applied.Object, "spec", "crew")
	expect("crew", crew, 4)
}

type harbour struct{ client.Client }

// Reconcile keeps a ConfigMap beside each boat, and says so in the boat's status.
func (h *harbour) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	boat := &unstructured.Unstructured{}
	boat.SetGroupVersionKind(boats.GroupVersion().WithKind("Boat"))
	if err := h.Get(ctx, request.NamespacedName, boat); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	papers := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: boat.GetName() + "-papers", Namespace: boat.GetNamespace()}}
	if _, err := controllerutil.CreateOrUpdate(ctx, h.Client, papers, func() error {
		papers.Data = map[string]string{"of": boat.GetName()}
		return controllerutil.SetControllerReference(boat, papers, h.Scheme())
	}); err != nil {
		return ctrl.Result{}, err
	}
	before := boat.DeepCopy()
	check(unstructured.SetNestedField(boat.Object, "moored", "status", "place"))
	return ctrl.Result{}, h.Status().Patch(ctx, boat, client.MergeFrom(before))
}

func operator(ctx context.Context, config *rest.Config) {
	running, cancel := context.WithCancel(ctx)
	manager, err := ctrl.NewManager(config, ctrl.Options{Metrics: server.Options{BindAddress: "0"}})
	check(err)
	boat := &unstructured.Unstructured{}
	boat.SetGroupVersionKind(boats.GroupVersion().WithKind("Boat"))
	check(ctrl.NewControllerManagedBy(manager).Named("harbour").For(boat).Owns(&corev1.ConfigMap{}).Complete(&harbour{manager.GetClient()}))
	ended := make(chan error)
	go func() { ended <- manager.Start(running) }()
	maps := kubernetes.NewForConfigOrDie(config).CoreV1().ConfigMaps(namespace)
	clients := dynamic.NewForConfigOrDie(config)
	eventually(ctx, "papers", func(ctx context.Context) (bool, error) {
		_, err := maps.Get(ctx, "anna-papers", metav1.GetOptions{})
		return err == nil, nil
	})
	eventually(ctx, "status", func(ctx context.Context) (bool, error) {
		found, err := clients.Resource(boats).Namespace(namespace).Get(ctx, "anna", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		place, _, _ := unstructured.NestedString(found.Object, "status", "place")
		return place == "moored", nil
	})
	check(maps.Delete(ctx, "anna-papers", metav1.DeleteOptions{}))
	eventually(ctx, "papers again", func(ctx context.Context) (bool, error) {
		_, err := maps.Get(ctx, "anna-papers", metav1.GetOptions{})
		return err == nil, nil
	})
	cancel()
	check(<-ended)
	check(clients.Resource(boats).Namespace(namespace).Delete(ctx, "anna", metav1.DeleteOptions{}))
	eventually(ctx, "papers collected", func(ctx context.Context) (bool, error) {
		_, err := maps.Get(ctx, "anna-papers", metav1.GetOptions{})
		return errors.IsNotFound(err), nil
	})
}
