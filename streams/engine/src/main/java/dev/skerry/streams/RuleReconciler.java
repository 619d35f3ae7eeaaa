package dev.skerry.streams;

import dev.skerry.data.Field;
import dev.skerry.data.StreamSchema;
import dev.skerry.data.ValueType;
import dev.skerry.model.DeviceModel;
import dev.skerry.model.Rule;
import dev.skerry.model.RuleSpec;
import dev.skerry.model.RuleStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps the engine's rules the ones that the API names. Counts are written at most every half minute. */
@ControllerConfiguration(name = "rules", triggerReconcilerOnAllEvents = true)
final class RuleReconciler implements Reconciler<Rule>, AutoCloseable {

    private static final Duration TELL = Duration.ofSeconds(30);

    private record Running(RuleSpec spec, RuleHandle handle) {}

    private final KubernetesClient client;
    private final RuleEngine engine;
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final AtomicBoolean retained = new AtomicBoolean();
    private volatile @Nullable InformerEventSource<DeviceModel, Rule> models;
    private final Map<String, Long> told = new ConcurrentHashMap<>();

    RuleReconciler(KubernetesClient client, RuleEngine engine) {
        this.client = client;
        this.engine = engine;
    }

    @Override
    public List<EventSource<?, Rule>> prepareEventSources(EventSourceContext<Rule> context) {
        var rules = context.getPrimaryCache();
        var source = new InformerEventSource<DeviceModel, Rule>(InformerEventSourceConfiguration.from(DeviceModel.class, Rule.class)
                .withKubernetesClient(client)
                .withWatchAllNamespaces()
                .withSecondaryToPrimaryMapper(model -> naming(model, rules))
                .withOnUpdateFilter((now, old) -> !now.getSpec().equals(old.getSpec()))
                .build(), context);
        models = source;
        return List.of(source);
    }

    @Override
    public UpdateControl<Rule> reconcile(Rule rule, Context<Rule> context) {
        var namespace = rule.getMetadata().getNamespace();
        var key = key(rule);
        if (context.isPrimaryResourceDeleted() || rule.getMetadata().getDeletionTimestamp() != null) {
            stop(key);
            told.remove(key);
            engine.forget(namespace, rule.getMetadata().getName());
            return UpdateControl.noUpdate();
        }
        if (retained.compareAndSet(false, true)) {
            // Rules that were deleted while nobody looked.
            engine.retain(context.getPrimaryCache().list().map(RuleReconciler::key).collect(Collectors.toSet()));
        }
        var spec = rule.getSpec();
        if (spec.paused()) {
            pause(key);
            return tell(rule, "Paused", null, null, TELL);
        }
        try {
            var now = running.get(key);
            if (now != null && (!now.spec().equals(spec)
                    || !now.handle().schemas().stream().allMatch(s -> schema(namespace, s.stream()).equals(Optional.of(s))))) {
                stop(key);
                now = null;
            }
            if (now == null) {
                now = new Running(spec, engine.start(namespace, rule.getMetadata().getName(), spec, this::schema));
                running.put(key, now);
            }
            var stats = now.handle().stats();
            return tell(rule, "Running", stats.lastError().isEmpty() ? null : stats.lastError(), now.handle(), TELL);
        } catch (UnknownStreamException e) {
            stop(key);
            return tell(rule, "Waiting", e.getMessage(), null, TELL);
        } catch (SqlException e) {
            stop(key);
            return tell(rule, "Rejected", e.getMessage(), null, TELL);
        }
    }

    /** Rules that name the model, or seem to: a reconcile that was not needed changes nothing. */
    private static Set<ResourceID> naming(DeviceModel model, IndexerResourceCache<Rule> rules) {
        return rules.list(model.getMetadata().getNamespace(), rule -> rule.getSpec() != null && rule.getSpec().sql().contains(model.getMetadata().getName()))
                .map(ResourceID::fromResource).collect(Collectors.toSet());
    }

    private Optional<StreamSchema> schema(String namespace, String stream) {
        var known = models;
        if (known == null) {
            return Optional.empty();
        }
        return known.get(new ResourceID(stream, namespace)).map(m -> new StreamSchema(namespace, stream, m.getSpec().properties().stream()
                .map(p -> new Field(p.name(), ValueType.valueOf(p.type().name()), p.unit() == null ? "" : p.unit()))
                .toList()));
    }

    private UpdateControl<Rule> tell(Rule rule, String state, @Nullable String message, @Nullable RuleHandle handle, Duration again) {
        var old = rule.getStatus();
        boolean ok = state.equals("Running");
        var conditions = new ArrayList<Condition>();
        conditions.add(condition(old, "Ready", ok, state, message));
        if (handle != null && !handle.beginning().isEmpty()) {
            boolean kept = !handle.beginning().startsWith("begins anew");
            conditions.add(condition(old, "StateKept", kept, kept ? "Restored" : "Fresh", handle.beginning()));
        }
        var s = handle == null ? null : handle.stats();
        var status = s == null || handle == null
                ? new RuleStatus(state, message, null, null, null, null, null, null, null, null, null, List.of(), conditions)
                : new RuleStatus(state, message, s.rowsIn(), s.rowsOut(), s.actionsDone(), s.actionsFailed(), s.rowsFailed(), s.rowsLate(), s.lagMillis(),
                        s.stateBytes(), s.lastError().isEmpty() ? null : s.lastError(), handle.explain(), conditions);
        if (status.equals(old)) {
            return UpdateControl.<Rule>noUpdate().rescheduleAfter(again);
        }
        // Our own write comes back as an event: counts alone are written when the half minute is over.
        if (ok && old != null && state.equals(old.state()) && lately(rule)) {
            return UpdateControl.<Rule>noUpdate().rescheduleAfter(again);
        }
        var patch = new Rule();
        patch.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder()
                .withName(rule.getMetadata().getName()).withNamespace(rule.getMetadata().getNamespace())
                .build());
        patch.setStatus(status);
        patch.setSpec(rule.getSpec());
        told.put(key(rule), System.nanoTime());
        return UpdateControl.patchStatus(patch).rescheduleAfter(again);
    }

    private boolean lately(Rule rule) {
        var at = told.get(key(rule));
        return at != null && System.nanoTime() - at < TELL.toNanos() - 1_000_000_000L;
    }

    private static Condition condition(@Nullable RuleStatus old, String type, boolean ok, String reason, @Nullable String message) {
        var since = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        if (old != null && old.conditions() != null) {
            for (var c : old.conditions()) {
                if (c.getType().equals(type) && c.getReason().equals(reason)) {
                    since = c.getLastTransitionTime();
                }
            }
        }
        return new ConditionBuilder().withType(type).withStatus(ok ? "True" : "False").withReason(reason)
                .withMessage(message == null ? "" : message).withLastTransitionTime(since).build();
    }

    private static String key(Rule rule) {
        return rule.getMetadata().getNamespace() + "/" + rule.getMetadata().getName();
    }

    private void stop(String key) {
        var was = running.remove(key);
        if (was != null) {
            was.handle().close();
        }
    }

    private void pause(String key) {
        var was = running.remove(key);
        if (was != null) {
            was.handle().pause();
        }
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }
}
