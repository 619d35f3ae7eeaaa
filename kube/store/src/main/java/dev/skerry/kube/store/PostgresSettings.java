package dev.skerry.kube.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * How to reach the database. It shows neither password nor the URL's parameters.
 *
 * @param url {@code postgresql://HOST[:PORT][,HOST...]/DATABASE[?sslmode=...]}
 * @param passwordFile read at each connection, so that it may be renewed
 * @param schema where the tables lie: one store each; made if it is missing
 */
public record PostgresSettings(String url, String user, Optional<Path> passwordFile, String schema) {

    static final String URL = "postgresql://[^/?]+/[^/?]+(\\?.*)?";
    private static final String NAME = "[a-z_][a-z0-9_]{0,40}";

    public PostgresSettings {
        if (!url.matches(URL)) {
            throw new IllegalArgumentException("url: not readable (expected: postgresql://HOST[:PORT]/DATABASE)");
        }
        if (!schema.matches(NAME)) {
            throw new IllegalArgumentException("schema: " + schema + " (expected: " + NAME + ")");
        }
    }

    String jdbc() {
        return "jdbc:" + url;
    }

    Properties properties(int socketSeconds) throws IOException {
        var all = new Properties();
        all.setProperty("user", user);
        if (passwordFile.isPresent()) {
            all.setProperty("password", Files.readString(passwordFile.get()).strip());
        }
        all.setProperty("ApplicationName", "skerry");
        all.setProperty("currentSchema", schema);
        all.setProperty("connectTimeout", "5");
        all.setProperty("socketTimeout", Integer.toString(socketSeconds));
        all.setProperty("tcpKeepAlive", "true");
        all.setProperty("targetServerType", "primary");
        all.setProperty("reWriteBatchedInserts", "false");
        return all;
    }

    @Override
    public String toString() {
        return user + " at " + url.replaceAll("\\?.*", "");
    }
}
