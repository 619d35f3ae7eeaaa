package dev.skerry.model;

import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the CustomResourceDefinitions of all kinds into a folder. Runs while the module is built, and only then. */
public final class CrdWriter {

    private CrdWriter() {}

    public static void main(String[] args) throws IOException {
        var folder = Files.createDirectories(Path.of(args[0]));
        var written = new CRDGenerator()
                .customResourceClasses(
                        Site.class, App.class, Work.class, JoinToken.class,
                        DeviceModel.class, Device.class, Rule.class, Sink.class)
                .forCRDVersions("v1")
                .inOutputDir(folder.toFile())
                .detailedGenerate();
        // The generator has no annotation for categories.
        try (var files = Files.newDirectoryStream(folder, "*.yml")) {
            for (var file : files) {
                var text = Files.readString(file);
                Files.writeString(file, text.replaceFirst("\n    kind: ", "\n    categories:\n    - " + Kinds.CATEGORY + "\n    kind: "));
            }
        }
        if (written.numberOfGeneratedCRDs() != 8) {
            throw new IllegalStateException("wrote " + written.numberOfGeneratedCRDs() + " definitions (expected: 8)");
        }
    }
}
