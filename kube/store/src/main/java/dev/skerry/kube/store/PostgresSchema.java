package dev.skerry.kube.store;

import java.sql.SQLException;

/** Makes the tables, once, however many replicas begin at the same time. */
final class PostgresSchema {

    private static final String TABLES = """
            CREATE TABLE IF NOT EXISTS state (
                revision bigint   PRIMARY KEY,
                key      text     COLLATE "C" NOT NULL,
                created  bigint   NOT NULL,
                previous bigint   NOT NULL,
                deleted  smallint NOT NULL,
                newest   smallint NOT NULL,
                value    bytea    NOT NULL);
            CREATE UNIQUE INDEX IF NOT EXISTS state_key ON state (key, revision);
            CREATE UNIQUE INDEX IF NOT EXISTS state_newest ON state (key) WHERE newest = 1;
            CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value bigint NOT NULL);
            CREATE TABLE IF NOT EXISTS writers (id uuid PRIMARY KEY, commits bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
            INSERT INTO meta VALUES ('compacted', 0), ('revision', 1) ON CONFLICT DO NOTHING""";

    private PostgresSchema() {}

    static void make(Session session, String schema) throws SQLException {
        if (session.number("SELECT count(*) FROM pg_database WHERE datname = current_database() AND pg_encoding_to_char(encoding) = 'UTF8'") == 0) {
            throw new SQLException("the database's encoding is another one (expected: UTF8)", "22000");
        }
        session.connection().setAutoCommit(false);
        session.execute("SELECT pg_advisory_xact_lock(hashtext('skerry store " + schema + "'))");
        if (session.number("SELECT count(*) FROM pg_namespace WHERE nspname = '" + schema + "'") == 0) {
            session.execute("CREATE SCHEMA " + schema);
        }
        if (session.number("SELECT count(*) FROM pg_tables WHERE schemaname = '" + schema + "' AND tablename = 'writers'") == 0) {
            session.execute(TABLES);
        }
        session.connection().commit();
        session.connection().setAutoCommit(true);
    }
}
