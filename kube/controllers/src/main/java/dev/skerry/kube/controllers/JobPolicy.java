package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a Job's rules say of a failed Pod, and of the numbers that have succeeded. Pure. */
final class JobPolicy {

    /** @param action Count, Ignore, FailJob or FailIndex */
    record Verdict(String action, String message) {}

    private JobPolicy() {}

    static Verdict of(Job job, Pod pod) {
        var policy = job.getSpec().getPodFailurePolicy();
        var rules = policy == null ? java.util.List.<io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule>of() : policy.getRules();
        for (int i = 0; i < rules.size(); i++) {
            var rule = rules.get(i);
            var index = i;
            if (rule.getOnExitCodes() != null) {
                var hit = exit(rule.getOnExitCodes(), pod);
                if (hit.isPresent()) {
                    return new Verdict(rule.getAction(), "Container " + hit.get().getName() + " for pod " + Cache.key(pod) + " failed with exit code "
                            + hit.get().getState().getTerminated().getExitCode() + " matching " + rule.getAction() + " rule at index " + index);
                }
            } else {
                var hit = rule.getOnPodConditions().stream().filter(p -> PodState.condition(pod, p.getType())
                        .filter(c -> c.getStatus().equals(p.getStatus() == null ? "True" : p.getStatus())).isPresent()).findFirst();
                if (hit.isPresent()) {
                    return new Verdict(rule.getAction(),
                            "Pod " + Cache.key(pod) + " has condition " + hit.get().getType() + " matching " + rule.getAction() + " rule at index " + index);
                }
            }
        }
        return new Verdict("Count", "");
    }

    private static Optional<ContainerStatus> exit(PodFailurePolicyOnExitCodesRequirement wanted, Pod pod) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        return Stream.concat(pod.getStatus().getContainerStatuses().stream(), pod.getStatus().getInitContainerStatuses().stream())
                .filter(c -> wanted.getContainerName() == null || wanted.getContainerName().equals(c.getName()))
                .filter(c -> c.getState() != null && c.getState().getTerminated() != null && c.getState().getTerminated().getExitCode() != 0)
                .filter(c -> wanted.getValues().contains(c.getState().getTerminated().getExitCode()) == "In".equals(wanted.getOperator()))
                .findFirst();
    }

    /** Which success rule the numbers meet. */
    static Optional<Integer> success(Job job, TreeSet<Integer> succeeded, int completions) {
        var policy = job.getSpec().getSuccessPolicy();
        if (policy == null) {
            return Optional.empty();
        }
        for (int i = 0; i < policy.getRules().size(); i++) {
            var rule = policy.getRules().get(i);
            var count = rule.getSucceededCount();
            if (rule.getSucceededIndexes() == null) {
                if (count != null && succeeded.size() >= count) {
                    return Optional.of(i);
                }
                continue;
            }
            var wanted = JobIndexes.parse(rule.getSucceededIndexes(), completions);
            var met = wanted.stream().filter(succeeded::contains).count();
            if (count == null ? met == wanted.size() : met >= count) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }
}
