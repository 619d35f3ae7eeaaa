package dev.skerry.streams.sql;

import java.time.Duration;
import java.time.ZoneId;

/**
 * How a rule runs.
 *
 * @param eventTime rows are ordered by the time that they carry, not by when they came
 * @param lateTolerance how long event time waits for a row that is late
 * @param sendError a row that fails is sent as a row with an {@code error} column; otherwise it is only counted
 * @param sendNil a column without a value is sent as null; otherwise it is left out
 * @param sendMeta the message's metadata is sent as {@code __meta}
 * @param leftOpen sliding windows exclude a row at their very beginning (eKuiper's windows of version 2)
 * @param sendTwice a sliding window with a delay is sent when it is triggered and once more with what came after
 * @param ignoreCase columns are found without regard to case
 * @param incremental aggregates are taken while rows come where that gives the same, so that rows are not kept
 * @param asEkuiper where eKuiper is surprising, do as it does: for rules that were written for it
 * @param zone of local times and of windows of hours and days
 */
public record RuleOptions(
        boolean eventTime, Duration lateTolerance, boolean sendError, boolean sendNil, boolean sendMeta, boolean leftOpen, boolean sendTwice,
        boolean ignoreCase, boolean incremental, boolean asEkuiper, ZoneId zone) {

    /** What holds unless it is asked otherwise. */
    public static final RuleOptions DEFAULT =
            new RuleOptions(false, Duration.ZERO, true, false, false, false, false, false, true, false, ZoneId.systemDefault());

    /** The same in event time. */
    public RuleOptions inEventTime(Duration tolerance) {
        return new RuleOptions(true, tolerance, sendError, sendNil, sendMeta, leftOpen, sendTwice, ignoreCase, incremental, asEkuiper, zone);
    }

    /** The same, with failures sent as rows or only counted. */
    public RuleOptions withErrors(boolean sent) {
        return new RuleOptions(eventTime, lateTolerance, sent, sendNil, sendMeta, leftOpen, sendTwice, ignoreCase, incremental, asEkuiper, zone);
    }

    /** The same, incremental or not. */
    public RuleOptions withIncremental(boolean wanted) {
        return new RuleOptions(eventTime, lateTolerance, sendError, sendNil, sendMeta, leftOpen, sendTwice, ignoreCase, wanted, asEkuiper, zone);
    }

    /** The same, as eKuiper does it or right. */
    public RuleOptions likeEkuiper(boolean wanted) {
        return new RuleOptions(eventTime, lateTolerance, sendError, sendNil, sendMeta, leftOpen, sendTwice, ignoreCase, incremental, wanted, zone);
    }

    /** The same in another zone. */
    public RuleOptions in(ZoneId other) {
        return new RuleOptions(eventTime, lateTolerance, sendError, sendNil, sendMeta, leftOpen, sendTwice, ignoreCase, incremental, asEkuiper, other);
    }
}
