#!/bin/sh
# Shows commands, files, connections, logs and measures on a running skerry. KUBECONFIG must name its kubeconfig; the image (default local/busybox:1) must be there:
#   ./skerry image busybox /tmp/busybox.tar && ./skerry image import /tmp/busybox.tar --data DIR
set -eu
image=${1:-local/busybox:1}
tmp=$(mktemp -d)
forward=
finish() {
    [ -z "$forward" ] || kill "$forward" 2> /dev/null || true
    kubectl delete pod,service show --ignore-not-found --wait=false > /dev/null
    rm -rf "$tmp"
}
trap finish EXIT
kubectl apply -f - << EOF
apiVersion: v1
kind: Pod
metadata: {name: show, labels: {app: show}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: web
    image: $image
    imagePullPolicy: IfNotPresent
    command: [sh, -c, "echo serving; exec httpd -f -p 8080 -h /www"]
    resources: {limits: {cpu: 200m, memory: 32Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: show}
spec: {selector: {app: show}, ports: [{name: http, port: 80, targetPort: 8080}]}
EOF
kubectl wait --for=condition=Ready pod/show --timeout=60s
echo "--- exec: input, output, exit status"
printf 'one\ntwo\n' | kubectl exec -i show -- wc -l
kubectl exec show -- sh -c 'exit 3' || echo "status $?"
echo "--- cp, there and back"
echo "land ho" > "$tmp/there"
kubectl cp "$tmp/there" show:/tmp/there
kubectl cp show:/tmp/there "$tmp/back" > /dev/null
cat "$tmp/back"
echo "--- port-forward"
kubectl port-forward pod/show :8080 > "$tmp/forward" &
forward=$!
i=0
until grep -q Forwarding "$tmp/forward"; do i=$((i + 1)); [ $i -lt 100 ]; sleep 0.1; done
port=$(sed -n 's/.*127.0.0.1:\([0-9]*\) .*/\1/p' "$tmp/forward" | head -1)
curl -fsS "http://127.0.0.1:$port/"
echo "--- a Service by its name and by its address"
kubectl exec show -- nslookup show.default.svc.cluster.local
kubectl exec show -- wget -qO- "http://$(kubectl get service show -o 'jsonpath={.spec.clusterIP}')/"
echo "--- logs, top"
kubectl logs show --timestamps
kubectl top pod show
kubectl top node
