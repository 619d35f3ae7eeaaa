package dev.skerry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Three floors, arrows down, no circles. docs/architecture.md tells why. */
@AnalyzeClasses(packages = "dev.skerry", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {

    private static final String[] CAPABILITIES = {
        "dev.skerry.fabric..", "dev.skerry.devices..", "dev.skerry.streams..", "dev.skerry.console..",
        "dev.skerry.functions..", "dev.skerry.intelligence..", "dev.skerry.gateway..", "dev.skerry.trust..",
        "dev.skerry.observe..", "dev.skerry.mec.."
    };
    private static final String[] TOP = {"dev.skerry.program..", "dev.skerry.blueprints..", "dev.skerry.bench.."};

    @ArchTest
    static final ArchRule kubeKnowsNothingOfSkerry = noClasses()
            .that().resideInAPackage("dev.skerry.kube..")
            .should().dependOnClassesThat(
                    com.tngtech.archunit.base.DescribedPredicate.describe("belong to Skerry outside kube", c ->
                            c.getPackageName().startsWith("dev.skerry.") && !c.getPackageName().startsWith("dev.skerry.kube")));

    @ArchTest
    static final ArchRule modelHoldsKindsOnly = noClasses()
            .that().resideInAPackage("dev.skerry.model..")
            .should().dependOnClassesThat(
                    com.tngtech.archunit.base.DescribedPredicate.describe("belong to another room", c ->
                            c.getPackageName().startsWith("dev.skerry.") && !c.getPackageName().startsWith("dev.skerry.model")));

    @ArchTest
    static final ArchRule dataStandsOnItsOwn = noClasses()
            .that().resideInAPackage("dev.skerry.data..")
            .should().dependOnClassesThat(
                    com.tngtech.archunit.base.DescribedPredicate.describe("belong to another room", c ->
                            c.getPackageName().startsWith("dev.skerry.") && !c.getPackageName().startsWith("dev.skerry.data")));

    @ArchTest
    static final ArchRule capabilitiesDoNotImportOneAnother = slices()
            .matching("dev.skerry.(devices|streams|fabric|console|functions|intelligence|gateway|trust|observe|mec)..")
            .should().notDependOnEachOther();

    @ArchTest
    static final ArchRule nobodyReachesUpToTheTopFloor = noClasses()
            .that().resideOutsideOfPackages(TOP)
            .should().dependOnClassesThat().resideInAnyPackage(TOP);

    @ArchTest
    static final ArchRule onlyTheTopFloorOpensTheKitchenDoors = noClasses()
            .that().resideInAnyPackage(CAPABILITIES)
            .should().dependOnClassesThat().resideInAnyPackage(
                    "dev.skerry.kube.store..", "dev.skerry.kube.apiserver..", "dev.skerry.kube.schema..",
                    "dev.skerry.kube.cel..", "dev.skerry.kube.controllers..", "dev.skerry.kube.node..", "dev.skerry.kube.proxy..", "dev.skerry.kube.admission..", "dev.skerry.kube.quota..")
            .because("capabilities are ordinary Kubernetes clients, so that they run on any cluster");

    @ArchTest
    static final ArchRule controllersReachObjectsThroughAClient = noClasses()
            .that().resideInAnyPackage("dev.skerry.kube.controllers..", "dev.skerry.kube.node..", "dev.skerry.kube.proxy..")
            .should().dependOnClassesThat().resideInAnyPackage(
                    "dev.skerry.kube.store..", "dev.skerry.kube.apiserver..", "dev.skerry.kube.schema..", "dev.skerry.kube.cel..");

    @ArchTest
    static final ArchRule expressionsKnowSchemasOnly = noClasses()
            .that().resideInAPackage("dev.skerry.kube.cel..")
            .should().dependOnClassesThat().resideInAnyPackage("dev.skerry.kube.store..", "dev.skerry.kube.apiserver..", "dev.skerry.kube.pki..");

    @ArchTest
    static final ArchRule driversUseTheirSpiOnly = noClasses()
            .that().resideInAnyPackage("dev.skerry.devices.modbus..")
            .should().dependOnClassesThat().resideInAnyPackage("dev.skerry.devices.engine..", "dev.skerry.model..", "io.fabric8..");

    @ArchTest
    static final ArchRule roomsHaveNoCircles =
            slices().matching("dev.skerry.(**)").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingIsCalledUtil = classes()
            .that().resideInAPackage("dev.skerry..")
            .should().haveSimpleNameNotEndingWith("Util")
            .andShould().haveSimpleNameNotEndingWith("Utils")
            .andShould().haveSimpleNameNotEndingWith("Helper")
            .andShould().haveSimpleNameNotEndingWith("Manager");
}
