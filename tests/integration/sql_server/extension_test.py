"""The extension as a client meets it: over FreeTDS, by sp_execute_external_script of the double."""

import json
import os

import pyodbc
import pytest
from tds_double import TdsDouble

from conftest import PASSWORD, connect

LIBRARY, EXTHOST = os.environ.get("INSITU_SQL_EXTENSION"), os.environ.get("INSITU_EXTHOST")
pytestmark = pytest.mark.skipif(not (LIBRARY and EXTHOST), reason="ctest says where libinsitu_sql.so and exthost are")


@pytest.fixture(scope="module")
def server():
    with TdsDouble(password=PASSWORD, extension=LIBRARY, exthost=EXTHOST) as server:
        server.engine.execute(
            "CREATE TABLE dbo.t AS SELECT i::INTEGER AS i, (i * 7 % 101)::DOUBLE AS x, CASE WHEN i % 50 <> 3 THEN i * 0.5 END::DOUBLE AS y, "
            "['red', 'blue', 'it''s'][i % 3 + 1] AS f, (i % 4)::INTEGER AS g FROM range(3000) r(i)")  # fmt: skip
        server.catalogue.declare("t", {"i": "int not null", "x": "float not null", "y": "float", "f": "nvarchar(20)", "g": "int"})
        yield server


def call(script, query="", more="", result=""):
    quoted = json.dumps({"rx": 1, **script}).replace("'", "''")
    text = f"EXEC sp_execute_external_script @language = N'insitu', @script = N'{quoted}'"
    text += f", @input_data_1 = N'{query}'" if query else ""
    return text + more + (f" WITH RESULT SETS (({result}))" if result else "")


STATES = "[task_id] int NULL, [seq] int NULL, [rows_seen] bigint NULL, [state] varbinary(max) NULL"
PRIOR = ", @params = N'@prior varbinary(max), @r_rowsPerRead int', @prior = ?, @r_rowsPerRead = 200"


def test_hello(client):
    (told,) = client.execute(call({"op": "hello"}, "SELECT TOP 1 * FROM t")).fetchone()
    told = json.loads(told)
    assert told["protocol"] == 1 and "lin_mod" in told["methods"]
    assert [c["type"] for c in told["columns"]] == ["int", "float", "float", "nvarchar", "int"]


def test_a_fit_in_passes_over_four_tasks(client):
    analysis = {"op": "lin_mod", "formula": "y ~ x + f"}
    prior = client.execute(call({"op": "begin", "analysis": analysis}, "SELECT TOP 1 * FROM t")).fetchval()
    for passes in range(1, 9):
        query = "SELECT * FROM t OPTION (MAXDOP 4)"
        rows = client.execute(call({"op": "map"}, query, ", @parallel = 1" + PRIOR, STATES), prior).fetchall()
        assert {row.task_id for row in rows} == {0, 1, 2, 3} and sum(row.rows_seen for row in rows) == 3000
        rows.sort(key=lambda row: (row.task_id, row.seq))
        states = b"".join(len(row.state).to_bytes(8, "big") + row.state for row in rows)
        more = ", @params = N'@prior varbinary(max), @states varbinary(max)', @prior = ?, @states = ?"
        done, made, result = client.execute(call({"op": "combine"}, more=more), prior, states).fetchone()
        assert made == passes
        if done:
            break
        prior = result
    assert done and passes == 2  # levels first
    assert b'"class":"rxLinMod"' in result and b'"nValidObs":2940' in result


def test_a_state_as_output(client):
    prior = client.execute(call({"op": "begin", "analysis": {"op": "summary", "formula": "~ y"}}, "SELECT TOP 1 y FROM t")).fetchval()
    more = ", @params = N'@prior varbinary(max), @state varbinary(max) OUTPUT', @prior = ?, @state = @kept OUTPUT"
    cursor = client.execute("DECLARE @kept varbinary(max); " + call({"op": "map"}, "SELECT y FROM t", more) + "; SELECT @kept", prior)
    sets = []
    while True:
        if cursor.description:
            sets.append(cursor.fetchall())
        if not cursor.nextset():
            break
    assert [row[3] for row in sets[0]] == [None]
    state = sets[1][0][0]
    more = ", @params = N'@prior varbinary(max), @states varbinary(max)', @prior = ?, @states = ?"
    states = len(state).to_bytes(8, "big") + state
    assert client.execute(call({"op": "combine"}, more=more), prior, states).fetchone()[0] == 1


def test_groups_and_samples(client):
    more = ", @input_data_1_partition_by_columns = N'[g], [f]'"
    rows = client.execute(call({"op": "execby", "analysis": {"op": "summary", "formula": "~ y"}}, "SELECT * FROM t", more)).fetchall()
    assert sorted(json.loads(row[3]) for row in rows) == sorted([g, f] for g in range(4) for f in ("red", "blue", "it's"))
    assert {row[4] for row in rows} == {"OK"}
    client.execute("CREATE TABLE t2 (i int, x float, y float, f nvarchar(20), g int)")
    client.execute("INSERT INTO t2 " + call({"op": "sample"}, "SELECT * FROM t WHERE i < 300"))
    same = client.execute("SELECT COUNT(*) FROM t2 JOIN t ON t.i = t2.i AND t.x = t2.x AND t.f = t2.f").fetchval()
    assert same == 300
    few = client.execute(call({"op": "sample", "fraction": 0.1, "seed": 4}, "SELECT * FROM t")).fetchall()
    assert 200 < len(few) < 400


@pytest.mark.parametrize("script, query, told", [
    ({"op": "hullo"}, "SELECT i FROM t", "no operation hullo .did you mean hello"),
    ({"op": "map"}, "SELECT i FROM t", "@prior is missing"),
    ({"op": "predict"}, "SELECT i FROM t", "@model is missing"),
    ({"op": "begin", "analysis": {"op": "lin_mod", "formula": "z ~ i"}}, "SELECT i FROM t", "variable not found: z"),
    ({"op": "begin", "analysis": {"op": "moments", "formula": "~ i", "outFile": "/tmp/x"}}, "SELECT i FROM t", "file on the server"),
    ({"op": "sample", "fraction": 2}, "SELECT i FROM t", "fraction must be"),
])  # fmt: skip
def test_what_is_wrong_is_a_sentence_of_the_client(client, script, query, told):
    with pytest.raises(pyodbc.Error, match=told):
        client.execute(call(script, query)).fetchall()
    assert client.execute("SELECT 1").fetchval() == 1


def test_the_server_without_the_extension(tmp_path):
    with TdsDouble(password=PASSWORD) as bare, pytest.raises(pyodbc.Error, match="39020"):
        connect(bare).execute(call({"op": "hello"}))
