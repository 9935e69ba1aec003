"""Models score rows in the server as they do locally, row by row and in batches, and hostile bytes are an error."""

import json

import pytest
from extension_test import LEVELS, TABLE


@pytest.fixture
def scored(database):
    database.execute(TABLE.replace("70000", "3000"))
    database.execute("SET max_parallel_workers_per_gather = 0")
    return database


def model_of(connection, document, query):
    return connection.execute("SELECT decode(insitu_fit(%s, %s) ->> 'model', 'base64')", [json.dumps(document), query]).fetchone()[0]


def test_rows_and_queries_agree_and_missing_stays_missing(scored):
    model = model_of(scored, {"op": "lin_mod", "formula": "y ~ x + f", "levels": {"f": LEVELS["f"]}, "covCoef": True}, "SELECT y, x, f FROM rows")
    assert scored.execute("SELECT insitu_predict_names(%s, rows) FROM rows LIMIT 1", [model]).fetchone()[0] == ["y_Pred"]
    by_row = scored.execute("SELECT id, (insitu_predict(%s, rows))[1], f FROM rows ORDER BY id", [model]).fetchall()
    by_query = scored.execute('SELECT * FROM insitu_predict_rows(%s, \'SELECT * FROM rows\') AS p(id int4, "y_Pred" float8, f text) ORDER BY id',
                              [model]).fetchall()
    assert by_row == by_query and len(by_row) == 3000
    assert all((value is None) == (f is None) for _, value, f in by_row) and any(f is None for _, _, f in by_row)
    options = json.dumps({"computeStdErrors": True, "interval": "confidence"})
    names = scored.execute("SELECT insitu_predict_names(%s, rows, %s) FROM rows LIMIT 1", [model, options]).fetchone()[0]
    wide = scored.execute("SELECT insitu_predict(%s, rows, %s) FROM rows WHERE id = 1", [model, options]).fetchone()[0]
    assert len(names) == len(wide) == 4 and wide[0] == by_row[0][1]
    assert scored.execute("SELECT insitu_predict(NULL, rows), insitu_predict(%s, NULL::rows) FROM rows LIMIT 1", [model]).fetchone() == (None, None)


def test_predictions_are_parallel(scored):
    model = model_of(scored, {"op": "lin_mod", "formula": "y ~ x"}, "SELECT y, x FROM rows")
    scored.execute("SET max_parallel_workers_per_gather = 2; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0;"
                   "SET parallel_tuple_cost = 0")
    plan = "\n".join(line for (line,) in scored.execute("EXPLAIN SELECT sum((insitu_predict(%s, rows))[1]) FROM rows", [model]))
    assert "Partial Aggregate" in plan, plan


def test_classes_are_texts(scored):
    model = model_of(scored, {"op": "multinom_logit", "formula": "g ~ x + p", "levels": {"g": LEVELS["g"]}}, "SELECT g, x, p FROM rows")
    options = '{"type": "class"}'
    found = scored.execute("SELECT insitu_predict_text(%s, rows, %s) FROM rows WHERE id < 50", [model, options]).fetchall()
    assert {each[0][0] for each in found} <= set(LEVELS["g"])
    with pytest.raises(Exception, match="is a text, not a number"):
        scored.execute("SELECT insitu_predict(%s, rows, %s) FROM rows", [model, options])
    probabilities = scored.execute("SELECT insitu_predict(%s, rows) FROM rows WHERE id = 3", [model]).fetchone()[0]
    assert sum(probabilities) == pytest.approx(1)


def test_the_model_may_change_from_row_to_row(scored):
    models = [model_of(scored, {"op": "lin_mod", "formula": f"y ~ {x}"}, "SELECT y, x, n FROM rows") for x in ("x", "n")]
    scored.execute("CREATE TABLE models (k int, m bytea); ALTER TABLE models ALTER m SET STORAGE EXTERNAL")
    for k, model in enumerate(models):
        scored.execute("INSERT INTO models VALUES (%s, %s)", [k, model])
    mixed = scored.execute("SELECT k, id, (insitu_predict(m, rows))[1] FROM rows JOIN models ON id %% 2 = k WHERE id <= %s ORDER BY id", [40]).fetchall()
    for k, id_, value in mixed:
        assert scored.execute("SELECT (insitu_predict(%s, rows))[1] FROM rows WHERE id = %s", [models[k], id_]).fetchone()[0] == value


def test_what_a_caller_does_wrong_is_said(scored):
    model = model_of(scored, {"op": "lin_mod", "formula": "y ~ x + f", "levels": {"f": ["red", "blue", "sea green"]}}, "SELECT y, x, f FROM rows")
    for statement, said in (
        ("SELECT insitu_predict(%s, ROW(1, 2))", "variable not found"),
        ("SELECT insitu_predict(%s, q) FROM (SELECT 'a'::text AS x, 'red'::text AS f) q", "x"),
        ("SELECT insitu_predict(%s, q) FROM (SELECT 1::float8 AS x, 'pink'::text AS f) q", "pink"),
        ("SELECT insitu_predict(%s, rows, '{\"typ\": \"link\"}') FROM rows", "typ"),
        ("SELECT insitu_predict(%s, rows, '{\"extraVarsToWrite\": [\"x\"]}') FROM rows", "extraVarsToWrite"),
        ("SELECT * FROM insitu_predict_rows(%s, 'SELECT * FROM rows') AS p(z float8)", 'column "z" is neither a prediction'),
        ("SELECT * FROM insitu_predict_rows(%s, 'SELECT * FROM rows') AS p(id int8)", 'column "id" is declared as bigint and comes as integer'),
        ("SELECT * FROM insitu_predict_rows(%s, 'DELETE FROM rows RETURNING x, f') AS p(x float8)", "DELETE|non-volatile|query"),
    ):
        with pytest.raises(Exception, match=said):
            scored.execute(statement, [model])
    assert scored.execute("SELECT count(*) FROM rows").fetchone() == (3000,)
