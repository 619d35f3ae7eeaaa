package dev.skerry.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Rules: how much work a processor second does, what a rule costs in memory, what a burst loses, what state costs. */
final class StreamsBench implements Bench {

    @Override
    public String name() {
        return "streams";
    }

    @Override
    public String about() {
        return "rules: filters, windows, joins, 300 and 8,000 rules, bursts, checkpoints, recovery (under three minutes)";
    }

    @Override
    public Map<String, Long> options() {
        return Map.of("messages", 20_000L, "rules", 8_000L, "rows", 1_000_000L);
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        int messages = options.getOrDefault("messages", 20_000L).intValue();
        int rules = options.getOrDefault("rules", 8_000L).intValue();
        int rows = options.getOrDefault("rows", 1_000_000L).intValue();
        return List.of(
                new Part("300 rules on one stream, half of the rows hit, results encoded", f -> RuleLoad.many(300, messages, f)),
                new Part("one filter, one projection", f -> RuleLoad.filters(rows, f)),
                new Part("windows by 1, 1,000 and 100,000 keys", f -> RuleLoad.windows(rows, f)),
                new Part("a join of two streams", f -> RuleLoad.join(rows / 20, f)),
                new Part("a burst of 8,000 messages on 300 rules", f -> RuleLoad.burst(300, 8_000, f)),
                new Part("from message to result, alone and with 300 other rules", f -> RuleLoad.latency(f)),
                new Part(rules + " rules", f -> RuleLoad.memory(rules, f)),
                new Part("checkpoints and recovery", f -> RuleLoad.state(folder, rows / 33, f)));
    }
}
