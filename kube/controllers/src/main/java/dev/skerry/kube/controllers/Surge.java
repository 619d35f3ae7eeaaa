package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.jspecify.annotations.Nullable;

/**
 * How far a rollout may leave the wished number of Pods. Percentages of the surge are rounded up, those of the unavailable down; both
 * zero would stand still, so then one may be unavailable.
 *
 * @param over how many Pods there may be beyond the wished
 * @param under how many of the wished may be missing
 */
record Surge(int replicas, int over, int under) {

    static Surge of(Deployment deployment) {
        var replicas = deployment.getSpec().getReplicas() == null ? 1 : deployment.getSpec().getReplicas();
        var strategy = deployment.getSpec().getStrategy();
        if (strategy == null || !"RollingUpdate".equals(strategy.getType()) || strategy.getRollingUpdate() == null) {
            return new Surge(replicas, 0, 0);
        }
        return of(replicas, strategy.getRollingUpdate().getMaxSurge(), strategy.getRollingUpdate().getMaxUnavailable());
    }

    static Surge of(int replicas, @Nullable IntOrString over, @Nullable IntOrString under) {
        var most = number(over, replicas, true);
        var least = number(under, replicas, false);
        if (most == 0 && least == 0) {
            least = 1;
        }
        return new Surge(replicas, most, Math.min(least, replicas));
    }

    /** How many Pods there may be at most. */
    int most() {
        return replicas + over;
    }

    /** How many must be available at least. */
    int least() {
        return replicas - under;
    }

    private static int number(@Nullable IntOrString value, int of, boolean up) {
        return value == null ? 0 : scaled(value, of, up);
    }

    /** A number, or a share of another one. */
    static int scaled(IntOrString value, int of, boolean up) {
        if (value.getIntVal() != null) {
            return value.getIntVal();
        }
        var text = value.getStrVal();
        if (text == null || !text.matches("[0-9]{1,4}%")) {
            return 0;
        }
        var hundredths = (long) Integer.parseInt(text.substring(0, text.length() - 1)) * of;
        return Math.toIntExact(up ? (hundredths + 99) / 100 : hundredths / 100);
    }
}
