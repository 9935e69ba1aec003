"""Bytes that anybody may send, rights, statements that are cancelled and backends that are killed: an error, and the server goes on."""

import json
import os
import random
import struct
import threading
import time

import pytest
from extension_test import TABLE, workers

psycopg = pytest.importorskip("psycopg")
SECONDS = 60 if os.environ.get("INSITU_TEST_ALL") else 2
MASK = (1 << 64) - 1


def checksum(content):
    """As base/bytes.cpp: so that what is changed inside gets past it."""
    h = 0x9E3779B97F4A7C15 ^ len(content)
    whole = len(content) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", content[:whole]):
        product = (h ^ word) * 0x9FB21C651E98DF25 & MASK
        h = (product << 29 | product >> 35) & MASK
    rest = int.from_bytes(content[whole:], "little")
    h ^= rest * 0x9FB21C651E98DF25 & MASK
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h ^= h >> 33
        h = h * factor & MASK
    return h ^ h >> 33


def opened(sealed):
    (size,) = struct.unpack_from("<Q", sealed, 6)
    return sealed[: 14 + size], sealed[14 + size + 16 :]


def sealed_again(head, content):
    return head + struct.pack("<QQ", checksum(content), len(content)) + content


def changed(bytes_, chance):
    found = bytearray(bytes_)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found))
        kind = chance.randrange(5)
        if kind == 0:
            found[at] = chance.randrange(256)
        elif kind == 1:
            found[at : at + 8] = struct.pack("<Q", chance.choice([0, 1, 2**31, 2**32, 2**62, 2**63, MASK]))
        elif kind == 2:
            del found[at : at + chance.randint(1, 40)]
        elif kind == 3:
            found[at:at] = found[max(0, at - 30) : at]
        else:
            found[at] ^= 1 << chance.randrange(8)
        if not found:
            return bytes(8)
    return bytes(found)


def test_hostile_bytes_are_errors(database):
    database.execute(TABLE.replace("70000", "500"))
    document = json.dumps({"op": "logit", "formula": "b ~ x + f", "levels": {"f": ["red", "blue", "sea green"]}})
    first = database.execute("SELECT insitu_analysis(%s, 'SELECT b, x, f FROM rows')", [document]).fetchone()[0]
    run = "SELECT insitu_pass(%s, NULL, b, x, f) FROM rows"
    state = database.execute(run, [first]).fetchone()[0]
    second = database.execute("SELECT next_pass FROM insitu_finish(%s, %s)", [first, state]).fetchone()[0]
    reply = database.execute("SELECT insitu_fit(%s, 'SELECT b, x, f FROM rows')", [document]).fetchone()[0]
    model = database.execute("SELECT decode(%s, 'base64')", [reply["model"]]).fetchone()[0]
    targets = ((run, [first]), (run, [second]), ("SELECT insitu_finish(%s, %s)", [first, state]), ("SELECT insitu_merge(%s, %s)", [first, state]),
               ("SELECT insitu_predict(%s, rows) FROM rows LIMIT 3", [model]))
    assert sealed_again(*opened(model)) == model
    backend = database.info.backend_pid
    seed = int(os.environ.get("INSITU_TEST_SEED", time.time()))
    chance = random.Random(seed)
    database.execute("SET statement_timeout = '20s'")
    until, tried, passed = time.monotonic() + SECONDS, 0, 0
    while time.monotonic() < until:
        statement, values = targets[tried % len(targets)]
        wrong = list(values)
        bad = wrong[-1]
        if chance.randrange(4) == 0:
            wrong[-1] = changed(bad, chance)
        else:
            head, content = opened(bad)
            wrong[-1] = sealed_again(head, changed(content, chance))
        tried += 1
        try:
            database.execute(statement, wrong)
            passed += 1
        except psycopg.errors.DatabaseError as error:
            assert not isinstance(error, psycopg.OperationalError) or error.sqlstate == "57014", (seed, tried, str(error))
            assert error.sqlstate != "XX000", (seed, tried, str(error))
    assert database.execute("SELECT pg_backend_pid()").fetchone()[0] == backend, seed
    assert tried > 50 and passed < tried, (tried, passed)


def test_documents_that_are_deep_or_name_files_are_refused(database, tmp_path):
    database.execute("CREATE TABLE t AS SELECT 1::float8 AS y, 2::float8 AS x, 'a'::text AS f")
    deep = '{"op": "lin_mod", "formula": "y ~ x", "lambda": ' + "[" * 5000 + "]" * 5000 + "}"
    with pytest.raises(Exception):  # noqa: B017 - the server's parser or the engine's, whichever is first
        database.execute("SELECT insitu_analysis(%s, 'SELECT y, x FROM t')", [deep])
    formula = json.dumps({"op": "lin_mod", "formula": "y ~ " + "(" * 20000 + "x" + ")" * 20000})
    with pytest.raises(Exception):  # noqa: B017
        database.execute("SELECT insitu_analysis(%s, 'SELECT y, x FROM t')", [formula])
    for document in ({"op": "summary", "formula": "~ x:f", "byGroupOutFile": "/tmp/insitu-never.xdf"},
                     {"op": "moments", "formula": "y ~ x", "outFile": "/tmp/insitu-never.moments"}):
        for statement in ("insitu_analysis", "insitu_fit"):
            with pytest.raises(Exception, match="would write a file on the server"):
                database.execute(f"SELECT {statement}(%s, 'SELECT * FROM t')", [json.dumps(document)])
    with pytest.raises(Exception, match="cannot be given to an accumulator"):
        database.execute("SELECT insitu_fit(%s, 'SELECT * FROM t')", [json.dumps({"op": "lin_mod", "formula": "y ~ x", "data": "/etc/passwd"})])
    assert database.execute("SELECT 1").fetchone() == (1,)


def test_what_a_caller_does_wrong_is_said(database):
    database.execute("CREATE TABLE t AS SELECT i::float8 AS y, i::float8 AS x, i::int8 AS k, '1 day'::interval AS s FROM generate_series(1, 9) i")
    first = database.execute("SELECT insitu_analysis(%s, 'SELECT y, x FROM t')", [json.dumps({"op": "lin_mod", "formula": "y ~ x"})]).fetchone()[0]
    for statement, said in (
        ("SELECT insitu_pass(%s, NULL, y) FROM t", "the pass announced 2 columns and the rows have 1"),
        ("SELECT insitu_pass(%s, NULL, y, k) FROM t", 'column 2, "x", comes as bigint, announced as double precision'),
        ("SELECT insitu_pass(%s, -1, y, x) FROM t", "split is -1"),
        ("SELECT insitu_pass(%s, nullif(k, 3), y, x) FROM t", "split is NULL in some rows"),
        ("SELECT insitu_pass(%s, k %% 2, y, x) FROM t", "split"),
        ("SELECT insitu_pass(%s, NULL, y, x) OVER (ORDER BY k) FROM t", "window"),
        ("SELECT insitu_pass(%s || '\\x00', NULL, y, x) FROM t", "bytes|lengths|longer"),
        ("SELECT insitu_pass(CASE WHEN k < 5 THEN %s ELSE '\\x00' END, NULL, y, x) FROM t", "different passes"),
        ("SELECT insitu_finish(%s, NULL, 0)", "splits is 0"),
        ("SELECT insitu_pass_serialize(NULL)", "does not exist"),
    ):
        with pytest.raises(psycopg.Error, match=said):
            database.execute(statement, [first] if "%s" in statement else None)
    with pytest.raises(psycopg.Error, match='column "s" of the query is of type interval'):
        database.execute("SELECT insitu_analysis(%s, 'SELECT * FROM t')", [json.dumps({"op": "lin_mod", "formula": "y ~ x"})])
    for query in ("DELETE FROM t", "SELECT 1; SELECT 2", "", "DELETE FROM t RETURNING y, x"):
        with pytest.raises(psycopg.Error):
            database.execute("SELECT insitu_fit(%s, %s)", [json.dumps({"op": "lin_mod", "formula": "y ~ x"}), query])
    assert database.execute("SELECT count(*) FROM t").fetchone() == (9,)


def test_rights_are_given_one_by_one(database, private_postgres):
    database.execute("CREATE TABLE t AS SELECT i::float8 AS y, (i % 4)::float8 AS x FROM generate_series(1, 99) i;"
                     "DROP ROLE IF EXISTS analyst; CREATE ROLE analyst")
    fit = ("SELECT insitu_fit(%s, 'SELECT y, x FROM t')", [json.dumps({"op": "lin_mod", "formula": "y ~ x"})])
    try:
        database.execute("SET ROLE analyst")
        assert database.execute("SELECT insitu_version()").fetchone()[0]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="function insitu_fit"):
            database.execute(*fit)
        database.execute("RESET ROLE; GRANT EXECUTE ON FUNCTION insitu_fit, insitu_pass TO analyst; SET ROLE analyst")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="table t"):
            database.execute(*fit)
        database.execute("RESET ROLE; GRANT SELECT ON t TO analyst; SET ROLE analyst")
        assert database.execute(*fit).fetchone()[0]["class"]
    finally:
        database.execute("RESET ROLE; REVOKE ALL ON t FROM analyst; DROP OWNED BY analyst; DROP ROLE analyst")


def test_a_schema_of_choice(database):
    database.execute("DROP EXTENSION insitu; CREATE SCHEMA \"In situ\"; CREATE EXTENSION insitu SCHEMA \"In situ\"")
    database.execute("CREATE TABLE t AS SELECT i::float8 AS y, (i % 4)::float8 AS x FROM generate_series(1, 99) i")
    found = database.execute('SELECT "In situ".insitu_fit(%s, %s)', [json.dumps({"op": "lin_mod", "formula": "y ~ x"}), "SELECT y, x FROM t -- all"])
    assert found.fetchone()[0]["class"]


def resident(pid, key="VmRSS"):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith(key))


def test_cancelled_statements_end_soon_and_leave_no_memory(database):
    database.execute(TABLE.replace("70000", "40000"))
    fit = "SELECT insitu_fit(%s, 'SELECT b, x, n, f FROM rows, generate_series(1, 40)')"
    document = json.dumps({"op": "logit", "formula": "b ~ x + n + f", "levels": {"f": ["red", "blue", "sea green"]}})
    after = []
    for number in (0, 2):
        workers(database, number)
        for k in range(4):
            begin = time.monotonic()
            threading.Timer(0.1 + 0.1 * k, database.cancel_safe).start()
            with pytest.raises(psycopg.errors.QueryCanceled):
                database.execute(fit, [document])
            assert time.monotonic() - begin < 5
            after.append(resident(database.info.backend_pid))
    assert after[-1] < after[1] + 50_000, after
    assert database.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_backend_takes_nobody_along(database, private_postgres):
    database.execute(TABLE.replace("70000", "20000"))
    fit = "SELECT insitu_fit(%s, 'SELECT b, x, n FROM rows, generate_series(1, 100)')"
    with psycopg.connect(**database.place, autocommit=True) as other:
        threading.Timer(0.3, lambda: database.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])).start()
        with pytest.raises(psycopg.OperationalError):
            other.execute(fit, [json.dumps({"op": "logit", "formula": "b ~ x + n"})])
    assert database.execute("SELECT count(*) FROM rows").fetchone() == (20000,)


def test_memory_is_that_of_a_batch(database):
    """Rows go by; with other analyses of the same kind before, so that the engine's own memory is there."""
    database.execute("SET max_parallel_workers_per_gather = 0")
    fit = "SELECT insitu_fit(%s, %s)"
    document = json.dumps({"op": "lin_mod", "formula": "y ~ x"})
    query = "SELECT sin(i)::float8 AS y, cos(i)::float8 AS x FROM generate_series(1, {}) i"
    database.execute(fit, [document, query.format(100_000)])
    before = resident(database.info.backend_pid, "VmHWM")
    database.execute("SET work_mem = '1MB'")  # generate_series in FROM keeps its rows, on disk
    database.execute(fit, [document, query.format(1_000_000)])
    assert resident(database.info.backend_pid, "VmHWM") < before + 20_000
