// pgx: the extended protocol with its caches, the simple protocol, batches, COPY, LISTEN, cancelling, large objects. What
// it gets is printed, a line of JSON each.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func say(what string, value any) {
	line, err := json.Marshal([]any{what, value})
	must(err)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func codeOf(err error) string {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		return failed.Code
	}
	return fmt.Sprint(err)
}

func main() {
	ctx := context.Background()
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		config, err := pgx.ParseConfig(os.Getenv("DSN"))
		must(err)
		config.DefaultQueryExecMode = mode
		conn, err := pgx.ConnectConfig(ctx, config)
		must(err)
		run(ctx, conn, mode.String())
		must(conn.Close(ctx))
	}
}

func run(ctx context.Context, conn *pgx.Conn, mode string) {
	_, err := conn.Exec(ctx, "DROP TABLE IF EXISTS parts")
	must(err)
	_, err = conn.Exec(ctx, "CREATE TABLE parts (id int PRIMARY KEY, name text, weight float8)")
	must(err)
	for n := 0; n < 5; n++ {
		tag, err := conn.Exec(ctx, "INSERT INTO parts VALUES ($1, $2, $3)", n, fmt.Sprintf("part %d", n), float64(n)/4)
		must(err)
		say(mode+" tag", tag.String())
	}
	rows, err := conn.Query(ctx, "SELECT id, name, weight FROM parts WHERE id > $1 ORDER BY id", 1)
	must(err)
	got, err := pgx.CollectRows(rows, pgx.RowToMap)
	must(err)
	say(mode+" rows", got)
	_, err = conn.Exec(ctx, "SELECT 1/$1::int", 0)
	say(mode+" error", codeOf(err))
	batch := &pgx.Batch{}
	for n := 0; n < 20; n++ {
		batch.Queue("SELECT $1::int * 2", n)
	}
	results := conn.SendBatch(ctx, batch)
	var doubled []int
	for n := 0; n < 20; n++ {
		var value int
		must(results.QueryRow().Scan(&value))
		doubled = append(doubled, value)
	}
	must(results.Close())
	say(mode+" batch", doubled)
	failing := &pgx.Batch{}
	failing.Queue("INSERT INTO parts VALUES (100, 'x', 1)")
	failing.Queue("SELECT 1/0")
	failing.Queue("INSERT INTO parts VALUES (101, 'x', 1)")
	say(mode+" batch failed", codeOf(conn.SendBatch(ctx, failing).Close()))
	var count int
	must(conn.QueryRow(ctx, "SELECT count(*) FROM parts").Scan(&count))
	say(mode+" undone", count)
	tx, err := conn.Begin(ctx)
	must(err)
	nested, err := tx.Begin(ctx)
	must(err)
	_, err = nested.Exec(ctx, "SELECT * FROM missing")
	say(mode+" nested", codeOf(err))
	must(nested.Rollback(ctx))
	_, err = tx.Exec(ctx, "UPDATE parts SET weight = 9")
	must(err)
	must(tx.Commit(ctx))
	var source [][]any
	for n := 1000; n < 4000; n++ {
		source = append(source, []any{int32(n), fmt.Sprintf("copied %d", n), float64(n)})
	}
	copied, err := conn.CopyFrom(ctx, pgx.Identifier{"parts"}, []string{"id", "name", "weight"}, pgx.CopyFromRows(source))
	must(err)
	say(mode+" copied", copied)
	counter := &counting{}
	tag, err := conn.PgConn().CopyTo(ctx, counter, "COPY (SELECT * FROM parts ORDER BY id) TO STDOUT WITH CSV")
	must(err)
	say(mode+" copied out", []any{tag.String(), counter.bytes})
	_, err = conn.Exec(ctx, "LISTEN news")
	must(err)
	_, err = conn.Exec(ctx, "NOTIFY news, 'hello'")
	must(err)
	heard, err := conn.WaitForNotification(ctx)
	must(err)
	say(mode+" notify", heard.Payload)
	tx, err = conn.Begin(ctx)
	must(err)
	objects := tx.LargeObjects()
	oid, err := objects.Create(ctx, 0)
	must(err)
	object, err := objects.Open(ctx, oid, pgx.LargeObjectModeRead|pgx.LargeObjectModeWrite)
	must(err)
	_, err = object.Write(make([]byte, 300000))
	must(err)
	_, err = object.Seek(100000, io.SeekStart)
	must(err)
	read, err := io.ReadAll(object)
	must(err)
	say(mode+" large object", len(read))
	must(tx.Rollback(ctx))
	// Cancelled by the protocol, the connection stays.
	timer := time.AfterFunc(300*time.Millisecond, func() { _ = conn.PgConn().CancelRequest(ctx) })
	_, err = conn.Exec(ctx, "SELECT pg_sleep(60)")
	timer.Stop()
	say(mode+" cancelled", codeOf(err))
	var alive string
	must(conn.QueryRow(ctx, "SELECT 'alive'").Scan(&alive))
	say(mode, alive)
}

type counting struct{ bytes int }

func (c *counting) Write(data []byte) (int, error) {
	c.bytes += len(data)
	return len(data), nil
}
