"""psycopg 3: what it gets is printed, a line of JSON each, so that two ways to one server can be compared."""
import datetime
import decimal
import json
import os
import threading
import time
import uuid

import psycopg
from psycopg.types.json import Jsonb


def say(what, value):
    print(json.dumps([what, value], default=str, sort_keys=True), flush=True)


dsn = os.environ["DSN"]
notices = []
with psycopg.connect(dsn, autocommit=True) as conn:
    conn.add_notice_handler(lambda diag: notices.append([diag.severity_nonlocalized, diag.message_primary]))
    conn.execute("DROP TABLE IF EXISTS things CASCADE")
    conn.execute("CREATE TABLE things (id int PRIMARY KEY, name text, price numeric, at timestamptz, tags text[], extra jsonb, raw bytea, key uuid)")
    rows = [
        (n, f"thing {n} é", decimal.Decimal(n) / 3, datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=n), ["a", None, f"t{n}"], Jsonb({"n": n}), bytes([n, 0, 255]), uuid.UUID(int=n))
        for n in range(10)
    ]
    with conn.cursor() as cur:
        cur.executemany("INSERT INTO things VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", rows)
    say("text", conn.execute("SELECT * FROM things ORDER BY id").fetchall())
    with conn.cursor(binary=True) as cur:
        say("binary", cur.execute("SELECT id, name, tags, raw, key, at FROM things ORDER BY id").fetchall())
    for n in range(8):  # prepared from the fifth time on
        say("prepared", conn.execute("SELECT name FROM things WHERE id = %s", (n,), prepare=True).fetchone())
    say("null", conn.execute("SELECT %s::int, %s::text", (None, None)).fetchone())
    for bad in ("SELECT 1/0", "SELECT * FROM missing", "INSERT INTO things (id) VALUES (1)", "selec"):
        try:
            conn.execute(bad)
        except psycopg.Error as error:
            say("error", [error.sqlstate, error.diag.message_primary, error.diag.constraint_name, error.diag.statement_position])
    with conn.transaction():
        conn.execute("UPDATE things SET price = 0 WHERE id = 1")
        try:
            with conn.transaction():
                conn.execute("SELECT 1/0")
        except psycopg.errors.DivisionByZero as error:
            say("savepoint", error.sqlstate)
        say("status", conn.info.transaction_status.name)
    say("after", conn.execute("SELECT price FROM things WHERE id = 1").fetchone())
    with conn.transaction(), conn.cursor(name="chunks") as cur:
        cur.itersize = 100
        cur.execute("SELECT n FROM generate_series(1, 1000) n")
        say("server cursor", [cur.fetchmany(7), sum(n for (n,) in cur)])
    with conn.cursor() as cur:
        with cur.copy("COPY things (id, name) FROM STDIN") as copy:
            for n in range(100, 5100):
                copy.write_row((n, f"copied {n}\t\\"))
        say("copied in", [cur.rowcount, conn.execute("SELECT count(*), max(name) FROM things").fetchone()])
        with cur.copy("COPY (SELECT id, name FROM things ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            got = list(copy.rows())
            say("copied out", [len(got), got[0], got[-1]])
        try:
            with cur.copy("COPY things (id, name) FROM STDIN") as copy:
                copy.write_row((1, "again"))
        except psycopg.Error as error:
            say("copy failed", error.sqlstate)
        try:
            with cur.copy("COPY things (id, name) FROM STDIN") as copy:
                copy.write_row((9000, "x"))
                raise RuntimeError("given up")
        except RuntimeError:
            say("copy given up", conn.execute("SELECT count(*) FROM things WHERE id = 9000").fetchone())
    conn.execute("DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; END $$")
    say("notices", notices)
    conn.execute("LISTEN news")
    conn.execute("NOTIFY news, 'hello'")
    say("notify", [[one.channel, one.payload] for one in conn.notifies(timeout=5, stop_after=1)])
    big = conn.execute("SELECT repeat('x', 5000000)").fetchone()[0]
    say("big", len(big))
    timer = threading.Timer(0.3, conn.cancel_safe)
    timer.start()
    try:
        conn.execute("SELECT pg_sleep(60)")
    except psycopg.errors.QueryCanceled as error:
        say("cancelled", error.sqlstate)
    with conn.pipeline() as pipeline:
        got = [conn.execute("SELECT %s", (n,)) for n in range(50)]
        pipeline.sync()
        say("pipeline", [one.fetchone()[0] for one in got])
    try:
        with conn.pipeline():
            first = conn.execute("SELECT 1")
            conn.execute("SELECT 1/0")
            conn.execute("SELECT 2")
    except psycopg.Error as error:
        say("pipeline failed", error.sqlstate)
    say("alive", conn.execute("SELECT 'alive'").fetchone())
    xid = conn.xid(1, "gtrid", "bqual")
    conn.autocommit = False
    conn.tpc_begin(xid)
    conn.execute("UPDATE things SET price = 2 WHERE id = 2")
    conn.tpc_prepare()
    conn.tpc_commit()
    conn.autocommit = True
    say("two phases", conn.execute("SELECT price FROM things WHERE id = 2").fetchone())
    say("parameters", [conn.info.parameter_status(name) for name in ("server_version", "client_encoding", "TimeZone", "standard_conforming_strings")])
