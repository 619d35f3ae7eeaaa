package dev.skerry.blueprints.plant;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The main job, shown: a centre and two sites join, one App brings a container, machines and rules; then the centre is
 * killed, a site is killed and boots alone, the centre comes back, and every reading is counted.
 */
@Command(name = "skerry demo", mixinStandardHelpOptions = true, description = "Start a centre and two sites, cut them apart, and show what happens.")
public final class PlantDemo implements Callable<Integer> {

    private static final Duration OUTAGE = Duration.ofSeconds(15);

    @Option(names = "--once", description = "End after the checks: status 0 if all held; the last line is the result as JSON.")
    private boolean once;

    @Option(names = "--dir", paramLabel = "DIR", description = "Keep everything here; a new temporary folder if not said.")
    private @Nullable Path dir;

    private PlantDemo() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new PlantDemo()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        var folder = dir == null ? Files.createTempDirectory("skerry-demo-") : Files.createDirectories(dir);
        var result = new LinkedHashMap<String, Object>();
        var checks = new ArrayList<Check>();
        try (var plant = new Plant(folder.toAbsolutePath())) {
            play(plant, result, checks);
            table(plant, result, checks);
            var held = checks.stream().allMatch(Check::held);
            result.put("checks", Map.of("held", checks.stream().filter(Check::held).count(), "of", checks.size()));
            result.put("ok", held);
            if (!once) {
                Progress.say("everything keeps running; end it with Ctrl-C");
                new CountDownLatch(1).await();
            }
            System.out.println(new ObjectMapper().writeValueAsString(result));
            return held ? 0 : 1;
        }
    }

    /** @param what as a sentence */
    record Check(String what, boolean held, String seen) {}

    private void play(Plant plant, Map<String, Object> result, List<Check> checks) throws Exception {
        Progress.say("starting the centre");
        plant.startCentre();
        for (var site : Plant.SITES) {
            Progress.say("enrolling " + site);
            result.put(site + "ReadySeconds", plant.startSite(site, true));
        }
        plant.awaitSites(Duration.ofSeconds(60));
        for (var site : Plant.SITES) {
            Progress.say("bringing the App's image to " + site);
            check(checks, site + " can run Pods", plant.loadImage(site), plant.nodeMessage(site));
        }
        Progress.say("applying the App 'plant' at the centre");
        plant.applyApp();
        check(checks, "the App is well on both sites", plant.awaitApp(Duration.ofSeconds(180)), plant.appMessage());
        check(checks, "devices are online and rules run on both sites", plant.awaitDevices(Duration.ofSeconds(60)), plant.deviceStates());
        check(checks, "a rule has written the chillers' set-point", plant.awaitSetPoint(Duration.ofSeconds(60)), plant.setPoints());
        Progress.say("the machine of site-a plays its recorded failure; waiting until it leaves the safe band");
        check(checks, "a rule has stopped the machine that left its safe band", plant.awaitMachineStopped("site-a", Duration.ofSeconds(120)), plant.alertCount("site-a") + " alerts at the site");
        check(checks, "the alert has reached the centre", plant.awaitAlertAtCentre(Duration.ofSeconds(30)), plant.alertCount("centre") + " alerts at the centre");

        var before = plant.restarts();
        var pods = plant.podIds();
        Progress.say("killing the centre (kill -9)");
        plant.killCentre();
        var counted = plant.stored("site-b");
        plant.pause(OUTAGE);
        check(checks, "readings go on without the centre", plant.stored("site-b") > counted, (plant.stored("site-b") - counted) + " readings more at site-b");
        Progress.say("killing site-a (kill -9); it boots alone");
        plant.killSite("site-a");
        result.put("coldBootSeconds", plant.startSite("site-a", false));
        result.put("coldBootAppsSeconds", plant.awaitSiteAlone("site-a", Duration.ofSeconds(60)));
        check(checks, "site-a runs its app, devices and rules without the centre", true, result.get("coldBootAppsSeconds") + "s after its start");
        plant.pause(OUTAGE);

        Progress.say("starting the centre again");
        plant.startCentre();
        plant.awaitSites(Duration.ofSeconds(90));
        check(checks, "the App is well on both sites again", plant.awaitApp(Duration.ofSeconds(90)), plant.appMessage());
        var restarts = plant.restarts() - before;
        result.put("appRestartsDuringOutage", restarts);
        check(checks, "no container was restarted and no Pod replaced", restarts == 0 && pods.equals(plant.podIds()), restarts + " restarts");
        Progress.say("waiting until the centre has all that the sites have stored by now");
        var totals = plant.settle(Duration.ofSeconds(120));
        result.putAll(totals.asMap());
        check(checks, "no reading was lost", totals.lost() == 0, totals.lost() + " lost of " + totals.stored());
        check(checks, "no reading is there twice", totals.duplicated() == 0, totals.duplicated() + " duplicated");
        result.put("residentMb", plant.residentMb());
    }

    private static void check(List<Check> checks, String what, boolean held, String seen) {
        checks.add(new Check(what, held, seen));
        Progress.say((held ? "ok      " : "FAILED  ") + what + " (" + seen + ")");
    }

    private static void table(Plant plant, Map<String, Object> result, List<Check> checks) {
        System.out.println();
        for (var check : checks) {
            System.out.printf("%-7s %-62s %s%n", check.held() ? "ok" : "FAILED", check.what(), check.seen());
        }
        System.out.println();
        result.forEach((name, value) -> System.out.printf("%-26s %s%n", name, value));
        System.out.println();
        System.out.println("console   " + plant.consoleAddress() + "   user admin   password " + plant.consolePassword());
        System.out.println("kubectl   KUBECONFIG=" + plant.kubeconfig("centre") + " kubectl get sites,apps -A");
        System.out.println();
    }
}
