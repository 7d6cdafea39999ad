"""psycopg 3, asynchronous: several connections at once, pipelines, cancelling."""
import asyncio
import json
import os

import psycopg


def say(what, value):
    print(json.dumps([what, value], default=str, sort_keys=True), flush=True)


async def main():
    dsn = os.environ["DSN"]

    async def one(n):
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
            total = 0
            for m in range(20):
                cur = await conn.execute("SELECT %s::int * %s::int", (n, m))
                total += (await cur.fetchone())[0]
            return total

    say("at once", await asyncio.gather(*(one(n) for n in range(8))))
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn:
        async with conn.pipeline():
            cur = conn.cursor()
            await cur.executemany("SELECT %s::text", [(f"row {n}",) for n in range(20)], returning=True)
            got = []
            while True:
                got.append((await cur.fetchone())[0])
                if not cur.nextset():
                    break
        say("executemany", got)
        cur = await conn.execute("SELECT 1; SELECT 2; SELECT 3")
        sets = [await cur.fetchall()]
        while cur.nextset():
            sets.append(await cur.fetchall())
        say("several results", sets)
        try:
            await asyncio.wait_for(conn.execute("SELECT pg_sleep(60)"), 0.5)
        except (asyncio.TimeoutError, psycopg.errors.QueryCanceled) as error:
            say("timed out", type(error).__name__)
        async with conn.cursor() as cur:
            async with cur.copy("COPY (SELECT n FROM generate_series(1, 20000) n) TO STDOUT") as copy:
                say("copy", sum([len(block) async for block in copy]))


asyncio.run(main())
