import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.util.*;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

/** pgjdbc: each query mode, batches, fetch sizes, large objects by the fast path, COPY, cancelling. Prints what it gets. */
public class Jdbc {
  static void say(String what, Object value) {
    System.out.println(what + ": " + value);
  }

  public static void main(String[] args) throws Exception {
    for (String mode : List.of("extended", "extendedForPrepared", "extendedCacheEverything", "simple")) {
      Properties properties = new Properties();
      properties.setProperty("user", System.getenv("PGUSER"));
      properties.setProperty("password", System.getenv("PGPASSWORD"));
      properties.setProperty("sslmode", "require");
      properties.setProperty("preferQueryMode", mode);
      properties.setProperty("reWriteBatchedInserts", "true");
      try (Connection connection = DriverManager.getConnection(System.getenv("JDBC_URL"), properties)) {
        run(mode, connection);
      }
    }
  }

  static void run(String mode, Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS jobs");
      statement.execute("CREATE TABLE jobs (id int PRIMARY KEY, name text, cost numeric, at timestamptz, raw bytea)");
    }
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)")) {
      for (int n = 0; n < 300; n++) {
        insert.setInt(1, n);
        insert.setString(2, "job " + n + " é");
        insert.setBigDecimal(3, new BigDecimal(n).divide(new BigDecimal(8)));
        insert.setTimestamp(4, new Timestamp(1_760_000_000_000L + n));
        insert.setBytes(5, new byte[] {(byte) n, 0, -1});
        insert.addBatch();
      }
      say(mode + " batch", insert.executeBatch().length);
    }
    // More than prepareThreshold times: a statement of the server's, in binary.
    try (PreparedStatement select = connection.prepareStatement("SELECT name, cost, at, raw FROM jobs WHERE id = ?")) {
      for (int n = 0; n < 10; n++) {
        select.setInt(1, n);
        try (ResultSet rows = select.executeQuery()) {
          rows.next();
          say(mode + " row", rows.getString(1) + " " + rows.getBigDecimal(2) + " " + rows.getTimestamp(3).getTime() + " " + Arrays.toString(rows.getBytes(4)));
        }
      }
    }
    for (String bad : List.of("SELECT 1/0", "SELECT * FROM missing", "INSERT INTO jobs (id) VALUES (1)"))
      try (Statement statement = connection.createStatement()) {
        statement.execute(bad);
      } catch (SQLException error) {
        say(mode + " error", error.getSQLState() + " " + error.getMessage().lines().findFirst().orElse(""));
      }
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(50);
      long sum = 0;
      try (ResultSet rows = statement.executeQuery("SELECT n FROM generate_series(1, 1000) n")) {
        while (rows.next()) sum += rows.getInt(1);
      }
      say(mode + " fetch size", sum);
    }
    Savepoint savepoint = connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT 1/0");
    } catch (SQLException error) {
      connection.rollback(savepoint);
    }
    LargeObjectManager objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
    long oid = objects.createLO(LargeObjectManager.READWRITE);
    LargeObject object = objects.open(oid, LargeObjectManager.READWRITE);
    object.write(new byte[200_000]);
    object.seek(150_000);
    say(mode + " large object", object.read(100_000).length + " of " + object.size());
    object.truncate(10);
    object.close();
    objects.delete(oid);
    connection.commit();
    connection.setAutoCommit(true);
    CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
    byte[] input = "1000\tcopied\n1001\tcopied too\n".getBytes(StandardCharsets.UTF_8);
    say(mode + " copied in", copies.copyIn("COPY jobs (id, name) FROM STDIN", new ByteArrayInputStream(input)));
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    say(mode + " copied out", copies.copyOut("COPY (SELECT id, name FROM jobs ORDER BY id) TO STDOUT", output) + " " + output.size());
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      statement.execute("SELECT pg_sleep(60)");
    } catch (SQLException error) {
      say(mode + " cancelled", error.getSQLState());
    }
    try (Statement statement = connection.createStatement()) {
      boolean more = statement.execute("SELECT 1; UPDATE jobs SET cost = 1 WHERE id = 1; SELECT 2");
      List<String> results = new ArrayList<>();
      for (; more || statement.getUpdateCount() != -1; more = statement.getMoreResults())
        if (more) {
          ResultSet rows = statement.getResultSet();
          rows.next();
          results.add("row " + rows.getInt(1));
        } else results.add("count " + statement.getUpdateCount());
      say(mode + " several", results);
    }
    try (ResultSet columns = connection.getMetaData().getColumns(null, "public", "jobs", null)) {
      List<String> names = new ArrayList<>();
      while (columns.next()) names.add(columns.getString("COLUMN_NAME") + " " + columns.getString("TYPE_NAME"));
      say(mode + " columns", names);
    }
    if (mode.equals("simple")) return; // that mode has no outward parameters
    try (CallableStatement call = connection.prepareCall("{ ? = call upper(?) }")) {
      call.registerOutParameter(1, Types.VARCHAR);
      call.setString(2, "called");
      call.execute();
      say(mode + " function", call.getString(1));
    }
  }
}
