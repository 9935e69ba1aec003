-- The functions of the extension; docs/in-postgresql.md says what they do. One that is changed gets a new version of the project
-- and a script from the old to the new one beside this.
\echo Use "CREATE EXTENSION insitu" to load this file. \quit

CREATE FUNCTION insitu_version() RETURNS text
  AS 'MODULE_PATHNAME', 'insitu_version_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION insitu_build() RETURNS text
  AS 'MODULE_PATHNAME', 'insitu_build_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION insitu_block(tid) RETURNS int8
  AS 'MODULE_PATHNAME', 'insitu_block_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION insitu_block(tid) IS 'the block of a row, insitu_block(ctid): a split that one worker reads whole';
COMMENT ON FUNCTION insitu_version() IS 'version of the engine';
COMMENT ON FUNCTION insitu_build() IS 'version, sources and compiler: passes and states cross between equal ones';

CREATE FUNCTION insitu_analysis(document json, query text) RETURNS bytea
  AS 'MODULE_PATHNAME', 'insitu_analysis_of_query' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION insitu_analysis(json, text) IS 'the first pass of an analysis over the columns of a query, which is not run';

CREATE FUNCTION insitu_pass_row(internal, pass bytea, split int8, VARIADIC "any") RETURNS internal
  AS 'MODULE_PATHNAME', 'insitu_pass_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION insitu_pass_combine(internal, internal) RETURNS internal
  AS 'MODULE_PATHNAME', 'insitu_pass_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION insitu_pass_serialize(internal) RETURNS bytea
  AS 'MODULE_PATHNAME', 'insitu_pass_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION insitu_pass_deserialize(bytea, internal) RETURNS internal
  AS 'MODULE_PATHNAME', 'insitu_pass_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION insitu_states_bytes(internal) RETURNS bytea
  AS 'MODULE_PATHNAME', 'insitu_states_bytes' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE AGGREGATE insitu_pass(pass bytea, split int8, VARIADIC "any") (
  SFUNC = insitu_pass_row, STYPE = internal, SSPACE = 1048576,
  FINALFUNC = insitu_states_bytes, FINALFUNC_MODIFY = READ_WRITE,
  COMBINEFUNC = insitu_pass_combine, SERIALFUNC = insitu_pass_serialize, DESERIALFUNC = insitu_pass_deserialize,
  PARALLEL = SAFE);
COMMENT ON AGGREGATE insitu_pass(bytea, int8, VARIADIC "any") IS 'the state of a pass over the rows';

CREATE FUNCTION insitu_states_merge(internal, pass bytea, state bytea) RETURNS internal
  AS 'MODULE_PATHNAME', 'insitu_states_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION insitu_states_append(internal, pass bytea, state bytea) RETURNS internal
  AS 'MODULE_PATHNAME', 'insitu_states_append' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE AGGREGATE insitu_merge(pass bytea, state bytea) (
  SFUNC = insitu_states_merge, STYPE = internal, SSPACE = 1048576,
  FINALFUNC = insitu_states_bytes, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE);
CREATE AGGREGATE insitu_append(pass bytea, state bytea) (
  SFUNC = insitu_states_append, STYPE = internal, SSPACE = 1048576,
  FINALFUNC = insitu_states_bytes, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = SAFE);
COMMENT ON AGGREGATE insitu_merge(bytea, bytea) IS 'one state of several whose splits have numbers of their own';
COMMENT ON AGGREGATE insitu_append(bytea, bytea) IS 'one state of several whose splits are all counted from 0';

CREATE FUNCTION insitu_finish(pass bytea, state bytea, splits int8 DEFAULT NULL, OUT next_pass bytea, OUT reply json)
  AS 'MODULE_PATHNAME', 'insitu_finish_state' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION insitu_finish(bytea, bytea, int8) IS 'the reply, or the pass that has to be made next';

CREATE FUNCTION insitu_fit(document json, query text) RETURNS json
  AS 'MODULE_PATHNAME', 'insitu_fit_query' LANGUAGE C STABLE PARALLEL UNSAFE;
COMMENT ON FUNCTION insitu_fit(json, text) IS 'an analysis over the rows of a query, all passes';

CREATE FUNCTION insitu_predict(model bytea, "row" record, options json DEFAULT NULL) RETURNS float8[]
  AS 'MODULE_PATHNAME', 'insitu_predict_numbers' LANGUAGE C STABLE PARALLEL SAFE;
CREATE FUNCTION insitu_predict_text(model bytea, "row" record, options json DEFAULT NULL) RETURNS text[]
  AS 'MODULE_PATHNAME', 'insitu_predict_texts' LANGUAGE C STABLE PARALLEL SAFE;
CREATE FUNCTION insitu_predict_names(model bytea, "row" record, options json DEFAULT NULL) RETURNS text[]
  AS 'MODULE_PATHNAME', 'insitu_predict_names' LANGUAGE C STABLE PARALLEL SAFE;
CREATE FUNCTION insitu_predict_rows(model bytea, query text, options json DEFAULT NULL) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'insitu_predict_query' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION insitu_predict(bytea, record, json) IS 'predictions of a row, numbers';
COMMENT ON FUNCTION insitu_predict_text(bytea, record, json) IS 'predictions of a row as texts, classes among them';
COMMENT ON FUNCTION insitu_predict_names(bytea, record, json) IS 'names of the predictions';
COMMENT ON FUNCTION insitu_predict_rows(bytea, text, json) IS 'predictions of the rows of a query, in batches';

-- Code in C that reads bytes of its callers is for those who are told: GRANT EXECUTE ON FUNCTION ... TO ...
REVOKE ALL ON FUNCTION insitu_analysis(json, text), insitu_pass_row(internal, bytea, int8, VARIADIC "any"),
  insitu_pass_combine(internal, internal), insitu_pass_serialize(internal), insitu_pass_deserialize(bytea, internal),
  insitu_states_bytes(internal), insitu_pass(bytea, int8, VARIADIC "any"), insitu_states_merge(internal, bytea, bytea),
  insitu_states_append(internal, bytea, bytea), insitu_merge(bytea, bytea), insitu_append(bytea, bytea),
  insitu_finish(bytea, bytea, int8), insitu_fit(json, text), insitu_predict(bytea, record, json),
  insitu_predict_text(bytea, record, json), insitu_predict_names(bytea, record, json), insitu_predict_rows(bytea, text, json)
  FROM PUBLIC;
