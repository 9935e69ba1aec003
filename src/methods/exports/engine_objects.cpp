#include "methods/exports/engine_objects.hpp"

#include "sql/quoted.hpp"

namespace insitu {

std::string engine_procedure(const std::string& name, const KeptModel& model,
                             const std::vector<Field>& outputs) {
  constexpr auto kDialect = SqlDialect::kSqlServer;
  std::string columns;
  for (const auto& field : outputs)
    columns += (columns.empty() ? "" : ", ") + quoted_name(field.name, kDialect) +
               (field.type == Type::kFloat64 ? " float NULL" : " nvarchar(max) NULL");
  return "CREATE PROCEDURE " + name +
         " @inputData nvarchar(max)\nAS\nBEGIN\n  SET NOCOUNT ON;\n"
         "  DECLARE @model varbinary(max) = (SELECT [value] FROM " +
         model.table + " WHERE " + model.condition +
         ");\n  IF @model IS NULL\n  BEGIN\n    ;THROW "
         "50000, " +
         quoted_text("the model is gone: " + model.name + "; publish it again", kDialect) +
         ", 1;\n  END;\n  EXEC sp_execute_external_script @language = N'insitu',\n"
         "    @script = N'{\"rx\": 1, \"op\": \"predict\"}', @input_data_1 = @inputData,\n"
         "    @params = N'@model varbinary(max)', @model = @model\n  WITH RESULT SETS ((" +
         columns + "));\nEND;\n";
}

std::string engine_function(const std::string& name, const KeptModel& model,
                            const std::string& schema) {
  constexpr auto kDialect = SqlDialect::kPostgres;
  const auto body =
      "DECLARE\n  kept bytea;\nBEGIN\n  SELECT m.\"value\" INTO kept FROM " + model.table +
      " AS m WHERE " + model.condition + ";\n  IF kept IS NULL THEN\n    RAISE EXCEPTION '%', " +
      quoted_text("the model is gone: " + model.name + "; publish it again", kDialect) +
      ";\n  END IF;\n  RETURN " + schema + ".insitu_predict(kept, $1);\nEND";
  return "CREATE FUNCTION " + name +
         "(record)\nRETURNS double precision[]\nLANGUAGE plpgsql STABLE PARALLEL SAFE AS " +
         quoted_text(body, kDialect) + ";\n";
}

}  // namespace insitu
