package dev.skerry.fabric.spoke;

import java.time.Instant;

/**
 * How an {@link Uploader} fares, for people.
 *
 * @param connected whether the parent has answered on the present line
 * @param since when that last changed
 * @param behind records on disk here that the parent has not acknowledged
 * @param lost records that the history dropped before the parent had them
 * @param readings readings that the parent has acknowledged since this program started
 * @param error why the last line ended or none came about; empty if nothing went wrong since the parent last took something
 */
public record UploaderState(boolean connected, Instant since, long behind, long lost, long readings, String error) {}
