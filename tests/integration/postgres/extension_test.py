"""The extension of PostgreSQL computes what the engine computes locally: to the bit in one task, within 1e-9 in several."""

import json

import local_engine
import pyarrow as pa
import pytest

ROWS = 70_000  # more than one split
TABLE = f"""
CREATE TABLE rows AS SELECT
  i::int4 AS id,
  CASE WHEN i % 97 = 5 THEN NULL WHEN i % 101 = 7 THEN 'NaN' ELSE 3 * sin(i) + i % 3 + cos(i * 7) END::float8 AS y,
  sin(i)::float8 AS x,
  (i % 1000)::int4 AS n,
  (i % 3 + 1)::int2 AS w,
  ((sin(i) + cos(i * 3)) > 0) AS b,
  ((sin(i * 5) + 2 + (i % 2)) / 4)::float4 AS p,
  CASE WHEN i % 89 = 11 THEN NULL ELSE (ARRAY['red', 'blue', 'sea green'])[1 + (i * 7 / 5) % 3] END AS f,
  CASE WHEN (sin(i) + cos(i)) > 0.5 THEN 'high' WHEN cos(i * 3) > 0 THEN 'mid' ELSE 'low' END AS g
FROM generate_series(1, {ROWS}) i;
ANALYZE rows"""
LEVELS = {"f": ["red", "blue", "sea green"], "g": ["low", "mid", "high"]}
#: A request for each method; a test fails until a new one has its.
REQUESTS = {
    "summary": {"formula": "~ y + x + n + f + y:f"},
    "lin_mod": {"formula": "y ~ x + n + f", "covCoef": True},
    "logit": {"formula": "b ~ x + n + f"},
    "glm": {"formula": "n ~ x + f", "family": "poisson", "fweights": "w"},
    "multinom_logit": {"formula": "g ~ x + p"},
    "cov_cor": {"formula": "~ y + x + n + f", "pweights": "w"},
    "moments": {"formula": "y ~ x + f"},
    "pca": {"formula": "~ x + n + p"},
    "ridge_reg": {"formula": "y ~ x + n + f", "lambda": [0.1, 2]},
    "elastic_net": {"formula": "y ~ x + n", "alpha": 0.5, "numLambda": 5},
    "quantile": {"varName": "n"},
    "lorenz": {"orderVarName": "p", "valueVarName": "w"},
    "roc": {"actualVarName": "b", "predVarNames": ["p"]},
    "lift": {"actualVarName": "b", "predVarNames": ["p"]},
    "calibration": {"actualVarName": "b", "predVarNames": ["p"]},
    "histogram": {"formula": "~ n | f"},
}
#: What says where the rows came from, and bytes whose numbers are compared beside.
ELSEWHERE = ("about", "model", "moments", "execution")


def columns_of(connection, query):
    cursor = connection.execute(query)
    names = [each.name for each in cursor.description]
    return dict(zip(names, ([row[i] for row in rows] for rows in [cursor.fetchall()] for i in range(len(names)))))


@pytest.fixture
def rows(database):
    database.execute(TABLE)
    return database


@pytest.fixture(scope="session")
def table(private_postgres):
    psycopg = pytest.importorskip("psycopg")
    what = private_postgres.description
    with psycopg.connect(**{key: what[key] for key in ("host", "port", "user", "password")}, dbname=what["database"]) as connection:
        connection.execute(TABLE)
        columns = columns_of(connection, "SELECT * FROM rows ORDER BY id")
        connection.rollback()
    found = local_engine.table_of(columns, LEVELS)
    return found.set_column(found.schema.get_field_index("p"), "p", pa.array(columns["p"], pa.float32()))


def used(request, table):
    """The columns that the request names, in the order of the table."""
    text = json.dumps(request)
    return [name for name in table.column_names if name != "id" and any(f"{a}{name}{b}" in text for a in ' "' for b in ' "|:')]


def document_of(op, table):
    request = REQUESTS[op]
    return {"op": op, **request, "levels": {name: LEVELS[name] for name in used(request, table) if name in LEVELS}}


def without_place(reply):
    return {key: value for key, value in reply.items() if key not in ELSEWHERE}


def workers(connection, number):
    connection.execute(f"SET max_parallel_workers_per_gather = {number}; SET min_parallel_table_scan_size = 0;"
                       "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0")


def test_every_method_has_a_request(methods):
    assert sorted(REQUESTS) == sorted(methods)


@pytest.mark.parametrize("op", REQUESTS)
def test_a_method_gives_what_it_gives_locally(rows, table, op):
    local = local_engine.fit({"op": op, **REQUESTS[op]}, table.select(used(REQUESTS[op], table)))
    query = "SELECT {} FROM rows".format(", ".join(used(REQUESTS[op], table)))
    document = json.dumps(document_of(op, table))
    for number in (0, 1, 2):
        workers(rows, number)
        found = rows.execute("SELECT insitu_fit(%s, %s)", [document, query + (" ORDER BY id" if number == 0 else "")]).fetchone()[0]
        assert list(local_engine.differences(without_place(local), without_place(found), relative=1e-9 if number else 0)) == [], number
        if number == 0 and "model" in local:
            assert found["model"] == local["model"]


def test_the_comparison_sees_the_last_bit():
    assert list(local_engine.differences({"a": [1.0, 2.0]}, {"a": [1.0, 2.0000000000000004]})) == [(".a[1]", 2.0, 2.0000000000000004)]
    assert list(local_engine.differences({"a": 1.0}, {"b": 1.0}, relative=1e-9)) == [(".a", 1.0, "nothing"), (".b", "nothing", 1.0)]


def passes(connection, document, query, aggregate, source="rows"):
    """The steps as a client makes them: the reply."""
    taken = connection.execute("SELECT insitu_analysis(%s, %s)", [json.dumps(document), query]).fetchone()[0]
    for _ in range(100):
        state = connection.execute(f"SELECT {aggregate} FROM {source}", {"pass": taken}).fetchone()[0]
        taken, reply = connection.execute("SELECT * FROM insitu_finish(%s, %s)", [taken, state]).fetchone()
        if reply is not None:
            return reply
    raise AssertionError("no end")


def test_plans_are_parallel(rows):
    workers(rows, 2)
    taken = rows.execute("SELECT insitu_analysis(%s, 'SELECT y, x FROM rows')", [json.dumps({"op": "lin_mod", "formula": "y ~ x"})]).fetchone()[0]
    lines = [line for (line,) in rows.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT insitu_pass(%s, NULL, y, x) FROM rows", [taken])]
    plan = "\n".join(lines)
    for part in ("Finalize Aggregate", "Gather", "Workers Launched: 2", "Partial Aggregate", "Parallel Seq Scan on rows"):
        assert part in plan, plan


def test_blocks_give_the_same_bits_for_any_number_of_workers(rows, table):
    document = {"op": "lin_mod", "formula": "y ~ x + f", "levels": {"f": LEVELS["f"]}}
    rows.execute("DELETE FROM rows WHERE insitu_block(ctid) IN (3, 4, 100) OR id % 13 = 5")
    aggregate = "insitu_pass(%(pass)s, insitu_block(ctid), y, x, f)"
    found = []
    for number in (0, 1, 2, 2, 2):
        workers(rows, number)
        found.append(passes(rows, document, "SELECT y, x, f FROM rows", aggregate))
    assert all(each == found[0] for each in found)
    workers(rows, 0)
    plain = rows.execute("SELECT insitu_fit(%s, 'SELECT y, x, f FROM rows')", [json.dumps(document)]).fetchone()[0]
    assert list(local_engine.differences(without_place(plain), without_place(found[0]), relative=1e-9)) == []


def test_splits_of_a_key_give_the_bits_of_the_ordered_rows(rows, table):
    """In pieces over several statements, as connections of a client make them."""
    document = {"op": "lin_mod", "formula": "y ~ x + n"}
    taken = rows.execute("SELECT insitu_analysis(%s, 'SELECT y, x, n FROM rows')", [json.dumps(document)]).fetchone()[0]
    states = [rows.execute("SELECT insitu_pass(%s, (id - 1) / 65536, y, x, n ORDER BY id) FROM rows WHERE (id - 1) / 65536 = %s", [taken, k])
              .fetchone()[0] for k in (1, 0)]
    together = rows.execute("SELECT insitu_merge(%s, s) FROM unnest(%s::bytea[]) s", [taken, states]).fetchone()[0]
    reply = rows.execute("SELECT reply FROM insitu_finish(%s, %s, 2)", [taken, together]).fetchone()[0]
    local = local_engine.fit(document, table.select(["y", "x", "n"]))
    assert list(local_engine.differences(without_place(local), without_place(reply))) == []
    with pytest.raises(Exception, match="split 0 is missing"):
        rows.execute("SELECT insitu_finish(%s, %s, 2)", [taken, states[0]])
    with pytest.raises(Exception, match="split 1 was computed twice"):
        rows.execute("SELECT insitu_merge(%s, s) FROM unnest(%s::bytea[]) s", [taken, [*states, states[0]]])
    anew = rows.execute("SELECT insitu_append(%s, s) FROM unnest(%s::bytea[]) s", [taken, [states[0], None, states[1]]]).fetchone()[0]
    reply = rows.execute("SELECT reply FROM insitu_finish(%s, %s)", [taken, anew]).fetchone()[0]
    assert list(local_engine.differences(without_place(local), without_place(reply), relative=1e-9)) == []


def test_one_row_as_a_whole_and_many_columns(rows):
    document = {"op": "cov_cor", "formula": "~ x + n"}
    one = passes(rows, document, "SELECT x, n FROM rows", "insitu_pass(%(pass)s, NULL, x, n)")
    for row in ("ROW(x, n)", "q"):
        assert passes(rows, document, "SELECT x, n FROM rows", f"insitu_pass(%(pass)s, NULL, {row})", "(SELECT x, n FROM rows) q") == one
    many = ", ".join(f"(id * {k} % 1009)::float8 AS c{k}" for k in range(1, 301))
    formula = "~ " + " + ".join(f"c{k}" for k in range(1, 301))
    found = rows.execute("SELECT insitu_fit(%s, %s)", [json.dumps({"op": "cov_cor", "formula": formula}),
                                                       f"SELECT {many} FROM rows WHERE id <= 2000"]).fetchone()[0]
    few = rows.execute("SELECT covar_samp((id * 299 %% 1009)::float8, (id * 300 %% 1009)::float8) FROM rows WHERE id <= %s", [2000]).fetchone()[0]
    at = next(value for value in found.values() if isinstance(value, dict) and value.get("shape") == [300, 300])["values"]
    assert at[298 * 300 + 299] == pytest.approx(few, rel=1e-9)


def test_groups(rows):
    document = json.dumps({"op": "lin_mod", "formula": "y ~ x"})
    taken = rows.execute("SELECT insitu_analysis(%s, 'SELECT y, x FROM rows')", [document]).fetchone()[0]
    workers(rows, 2)
    found = rows.execute("SELECT g, (insitu_finish(%(pass)s, insitu_pass(%(pass)s, NULL, y, x))).reply -> 'coefficients' -> 'values', "
                         "regr_slope(y, x), count(*) FROM rows WHERE y IS NOT NULL AND y <> 'NaN' GROUP BY g ORDER BY g", {"pass": taken}).fetchall()
    assert [each[0] for each in found] == ["high", "low", "mid"]
    for _, coefficients, slope, _ in found:
        assert coefficients[1] == pytest.approx(slope, rel=1e-9)


TYPES = {
    "bool": "true", "int2": "-32768", "int4": "-2147483648", "int8": "9007199254740993", "float4": "1.5", "float8": "1e300",
    "numeric": "12345678901234567.125", "numeric(10,2)": "12.34", "date": "'1969-12-31'", "timestamp": "'2001-02-03 04:05:06.789012'",
    "timestamptz": "'2001-02-03 04:05:06.789012+01'",
}


@pytest.mark.parametrize("kind", TYPES)
def test_values_of_a_type_arrive(database, kind):
    database.execute(f"CREATE TABLE t AS SELECT v::{kind} AS v, 1::float8 AS one FROM (VALUES ({TYPES[kind]}), ({TYPES[kind]}), (NULL)) r(v)")
    found = database.execute("SELECT insitu_fit(%s, 'SELECT v, one FROM t')", [json.dumps({"op": "summary", "formula": "~ v + one"})]).fetchone()[0]
    frame = found["sDataFrame"]
    wanted = database.execute("SELECT CASE pg_typeof(v)::text WHEN 'boolean' THEN v::text::bool::int::float8 ELSE NULL END FROM t LIMIT 1"
                              if kind == "bool" else "SELECT v FROM t LIMIT 1").fetchone()[0]
    if kind == "date":
        wanted = -1
    elif kind.startswith("timestamp"):
        wanted = (wanted if wanted.tzinfo else wanted.replace(tzinfo=__import__("datetime").timezone.utc)).timestamp()
    mean = frame["Mean"][0]
    assert (frame["ValidObs"][0], frame["MissingObs"][0]) == (2, 1)
    assert mean == pytest.approx(float(wanted), rel=1e-15)


@pytest.mark.parametrize("kind", ["text", "varchar(20)", "char(20)", "name", "uuid", "mood", "town"])
def test_texts_of_a_type_arrive(database, kind):
    values = {"uuid": ["11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"]}.get(kind, ["so so", "güt"])
    database.execute("CREATE TYPE mood AS ENUM ('so so', 'güt'); CREATE DOMAIN town AS text CHECK (VALUE <> '')")
    database.execute(f"CREATE TABLE t (v {kind})")
    for value in (*values, values[0], None):
        database.execute(f"INSERT INTO t VALUES (%s::{kind})", [value])
    document = {"op": "summary", "formula": "~ v", "levels": {"v": values}}
    found = database.execute("SELECT insitu_fit(%s, 'SELECT v FROM t')", [json.dumps(document)]).fetchone()[0]
    counts = found["categorical"][0]
    assert (counts["v"], counts["Counts"]) == (values, [2, 1]), counts


def test_infinities_empty_tables_and_nothing_but_nulls(database):
    database.execute("CREATE TABLE t (y float8, x float8, d date)")
    fit = "SELECT insitu_fit(%s, %s)"
    summary = json.dumps({"op": "summary", "formula": "~ x"})
    found = database.execute(fit, [summary, "SELECT x FROM t"]).fetchone()[0]
    assert (found["nobs.valid"], found["sDataFrame"]["ValidObs"]) == (0, [0])
    database.execute("INSERT INTO t VALUES (NULL, NULL, NULL), (NULL, NULL, 'infinity')")
    found = database.execute(fit, [summary, "SELECT x FROM t"]).fetchone()[0]
    assert found["sDataFrame"]["MissingObs"] == [2]
    with pytest.raises(Exception, match='column "d" holds the date infinity'):
        database.execute(fit, [json.dumps({"op": "summary", "formula": "~ d"}), "SELECT d FROM t"])
    database.execute("INSERT INTO t VALUES (1, 'Infinity', NULL), (1, '-Infinity', NULL), (2, 5, NULL)")
    table = pa.table({"x": pa.array([None, None, float("inf"), float("-inf"), 5.0])})
    local = local_engine.fit(json.loads(summary), table)
    found = database.execute(fit, [summary, "SELECT x FROM t"]).fetchone()[0]
    assert list(local_engine.differences(without_place(local), without_place(found))) == []


def test_other_encodings(private_postgres):
    psycopg = pytest.importorskip("psycopg")
    what = private_postgres.description
    private_postgres.psql("CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'", database="postgres")
    try:
        with psycopg.connect(**{key: what[key] for key in ("host", "port", "user", "password")}, dbname="latin", autocommit=True, client_encoding="utf8") as connection:
            connection.execute("CREATE EXTENSION insitu; CREATE TABLE t AS SELECT * FROM (VALUES ('süß', 1.0::float8), ('é', 2), ('süß', 4)) r(\"grün\", y)")
            document = json.dumps({"op": "lin_mod", "formula": "y ~ grün", "levels": {"grün": ["é", "süß"]}})
            found = connection.execute("SELECT insitu_fit(%s, 'SELECT * FROM t')", [document]).fetchone()[0]
            assert found["coefficients"]["values"][:2] == pytest.approx([2.5, -0.5])
            assert any("grün" in each for each in found["coefficientNames"])
            model = connection.execute("SELECT decode(%s::json ->> 'model', 'base64')", [json.dumps(found)]).fetchone()[0]
            assert connection.execute("SELECT (insitu_predict(%s, t))[1] FROM t ORDER BY y", [model]).fetchall() == [(2.5,), (2.0,), (2.5,)]
            with pytest.raises(Exception, match="süß"):
                connection.execute("SELECT insitu_fit(%s, 'SELECT * FROM t')", [document.replace("s\\u00fc\\u00df", "x")])
    finally:
        private_postgres.psql("DROP DATABASE latin WITH (FORCE)", database="postgres")
