"""asyncpg: the extended protocol in binary throughout, prepared statements, cursors, COPY, LISTEN."""
import asyncio
import datetime
import decimal
import json
import os

import asyncpg


def say(what, value):
    print(json.dumps([what, value], default=str, sort_keys=True), flush=True)


async def main():
    conn = await asyncpg.connect(os.environ["URL"], ssl="require")
    await conn.execute("DROP TABLE IF EXISTS goods; CREATE TABLE goods (id serial PRIMARY KEY, name text, price numeric, day date, tags text[])")
    for n in range(5):
        await conn.execute("INSERT INTO goods (name, price, day, tags) VALUES ($1, $2, $3, $4)", f"good {n}", decimal.Decimal("1.25") * n, datetime.date(2026, 1, 1 + n), ["x", None])
    say("rows", [dict(row) for row in await conn.fetch("SELECT * FROM goods ORDER BY id")])
    statement = await conn.prepare("SELECT name FROM goods WHERE id = $1")
    say("prepared", [await statement.fetchval(n) for n in (1, 2, 3)])
    say("attributes", [[one.name, one.type.name] for one in statement.get_attributes()])
    await conn.executemany("INSERT INTO goods (name) VALUES ($1)", [(f"many {n}",) for n in range(200)])
    say("many", await conn.fetchval("SELECT count(*) FROM goods"))
    async with conn.transaction():
        got = []
        async for row in conn.cursor("SELECT n FROM generate_series(1, 500) n", prefetch=50):
            got.append(row["n"])
        say("cursor", sum(got))
        cursor = await conn.cursor("SELECT n FROM generate_series(1, 100) n")
        await cursor.forward(10)
        say("fetch", [row["n"] for row in await cursor.fetch(3)])
    for bad, args in (("SELECT 1/$1::int", (0,)), ("SELECT * FROM missing", ()), ("INSERT INTO goods (id) VALUES ($1)", (1,))):
        try:
            await conn.fetch(bad, *args)
        except asyncpg.PostgresError as error:
            say("error", [error.sqlstate, str(error)])
    say("copied in", await conn.copy_records_to_table("goods", records=[(f"copied {n}", n) for n in range(1000)], columns=["name", "price"]))
    blocks = []

    async def take(data):
        blocks.append(len(data))

    say("copied out", await conn.copy_from_query("SELECT name FROM goods WHERE price IS NOT NULL ORDER BY id", output=take, format="csv"))
    say("bytes", sum(blocks))
    heard = asyncio.get_running_loop().create_future()
    await conn.add_listener("news", lambda *args: heard.done() or heard.set_result(args[2:]))
    await conn.execute("NOTIFY news, 'hello'")
    say("notify", await asyncio.wait_for(heard, 5))
    try:
        await conn.fetch("SELECT pg_sleep(60)", timeout=0.5)
    except (asyncio.TimeoutError, asyncpg.QueryCanceledError) as error:
        say("timed out", True)
    say("alive", await conn.fetchval("SELECT 'alive'"))
    say("composite", await conn.fetchval("SELECT ROW(1, 'two', NULL)"))
    say("ranges", str(await conn.fetchval("SELECT int4range(1, 5)")))
    pool = await asyncpg.create_pool(os.environ["URL"], ssl="require", min_size=2, max_size=5)

    async def one(n):
        return await pool.fetchval("SELECT $1::int + 1", n)

    say("pool", await asyncio.gather(*(one(n) for n in range(50))))
    await pool.close()
    await conn.close()


asyncio.run(main())
