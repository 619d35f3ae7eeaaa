package dev.skerry.streams;

/**
 * What a rule has done since it started.
 *
 * @param rowsIn rows of its stream that it looked at
 * @param rowsOut rows that its SELECT gave
 * @param actionsDone writes that the device answered and alerts that were stored
 * @param actionsFailed writes that failed or were dropped for newer ones, alerts that could not be stored
 * @param alertsHeld alerts not repeated because the same one was told shortly before
 * @param rowsFailed rows that an expression could not work with
 * @param rowsLate rows that came after their window was closed
 * @param lagMillis how old the newest row was when it was taken
 * @param stateBytes what it remembers, in bytes of its newest checkpoint
 * @param lastError the newest failure, or empty
 */
public record RuleStats(
        long rowsIn, long rowsOut, long actionsDone, long actionsFailed, long alertsHeld, long rowsFailed, long rowsLate, long lagMillis,
        long stateBytes, String lastError) {}
