package dev.skerry.kube.schema;

import java.time.ZoneId;
import java.util.Locale;
import java.util.Set;

/** Rules of cron jobs. */
final class CronJobValidation {
    private static final int NAME_LENGTH = 52;

    /** Read at the first time zone. */
    private static final class Zones {
        static final Set<String> KNOWN = ZoneId.getAvailableZoneIds();
    }

    private CronJobValidation() {}

    static void created(Place job) {
        if (job.get("metadata", "name").text().length() > NAME_LENGTH) {
            job.get("metadata", "name").invalidText("must be no more than 52 characters");
        }
    }

    /** @param old what was there, a missing place if nothing was */
    static void spec(Place spec, Place old) {
        Place schedule = spec.get("schedule");
        if (schedule.must()) {
            boolean zoned = old.get("schedule").text().contains("TZ");
            CronSchedule.fault(schedule.text()).ifPresent(schedule::invalidText);
            if (schedule.text().contains("TZ")) {
                if (!zoned) {
                    schedule.invalidText("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
                } else if (spec.has("timeZone")) {
                    schedule.invalidText("cannot use both timeZone field and TZ or CRON_TZ in schedule");
                }
            }
        }
        spec.get("startingDeadlineSeconds").notNegative();
        if (!old.given() || !spec.get("timeZone").same(old.get("timeZone"))) {
            zone(spec.get("timeZone"));
        }
        spec.get("concurrencyPolicy").mustBeOneOf("Allow", "Forbid", "Replace");
        Place job = spec.get("jobTemplate", "spec");
        JobValidation.spec(job);
        if (job.has("selector")) {
            job.get("selector").invalid("`selector` will be auto-generated");
        }
        if (job.get("manualSelector").flag()) {
            job.get("manualSelector").notSupported("nil", "false");
        }
        spec.get("successfulJobsHistoryLimit").notNegative();
        spec.get("failedJobsHistoryLimit").notNegative();
    }

    private static void zone(Place zone) {
        if (!zone.given()) {
            return;
        }
        String name = zone.text();
        if (name.isEmpty()) {
            zone.invalidText("timeZone must be nil or non-empty string");
            return;
        }
        for (String part : name.split("/", -1)) {
            if (part.equals(".") || part.equals("..") || !part.matches("[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}")) {
                zone.invalidText("unknown time zone " + name);
                return;
            }
        }
        if (name.toLowerCase(Locale.ROOT).equals("local")) {
            zone.invalidText("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        }
        if (!name.equals("Local") && !name.equals("UTC") && !Zones.KNOWN.contains(name)) {
            zone.invalidText("unknown time zone " + name);
        }
    }
}
