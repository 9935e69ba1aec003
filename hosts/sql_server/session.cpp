#include "session.hpp"

#include <utility>

#include "base/error.hpp"
#include "script.hpp"

namespace insitu::sql_server {

Session::Session(SQLUSMALLINT task, SQLUSMALLINT tasks, std::string script, SQLUSMALLINT columns,
                 SQLUSMALLINT parameters)
    : script_(std::move(script)), columns_(columns), parameters_(parameters) {
  parse_script(script_);
  input_.task = task;
  input_.tasks = tasks ? tasks : 1;
}

template <class T>
void Session::put(std::vector<std::optional<T>>& all, SQLUSMALLINT number, T value,
                  const char* what) {
  if (number >= all.size())
    throw InvalidArgument(std::string(what) + " " + std::to_string(number) + " came, " +
                          std::to_string(all.size()) + " were announced");
  if (all[number])
    throw InvalidArgument(std::string(what) + " " + std::to_string(number) + " came twice");
  all[number] = std::move(value);
}

void Session::set_column(SQLUSMALLINT number, Described column) {
  put(columns_, number, std::move(column), "column");
}

void Session::set_parameter(SQLUSMALLINT number, Parameter parameter) {
  put(parameters_, number, std::move(parameter), "parameter");
}

void Session::execute(std::size_t rows, void** data, SQLINTEGER** lengths) {
  if (!operation_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i])
        throw InvalidArgument("column " + std::to_string(i) + " was announced and did not come");
      input_.columns.push_back(*columns_[i]);
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!parameters_[i])
        throw InvalidArgument("parameter " + std::to_string(i) + " was announced and did not come");
      input_.parameters.push_back(*parameters_[i]);
    }
    columns_.clear();
    parameters_.clear();
    try {
      operation_ = make_operation(script_, input_);
    } catch (...) {  // so that the next call says the same
      for (auto& each : input_.columns) columns_.emplace_back(std::move(each));
      for (auto& each : input_.parameters) parameters_.emplace_back(std::move(each));
      input_.columns.clear();
      input_.parameters.clear();
      throw;
    }
    for (auto& column : operation_->shape()) results_.columns.emplace_back(std::move(column));
  }
  for (auto& column : results_.columns) column.clear();
  InputRows input(input_, rows, data, lengths);
  try {
    operation_->execute(input, results_);
  } catch (...) {
    for (auto& column : results_.columns) column.clear();  // nothing of a row that failed
    throw;
  }
  rows_read_ += input.rows();
  rows_given_ += results_.rows();
}

const Described& Session::result_column(SQLUSMALLINT number) const {
  if (number >= results_.columns.size())
    throw InvalidArgument("result column " + std::to_string(number) + " was asked for, there are " +
                          std::to_string(results_.columns.size()));
  return results_.columns[number].column();
}

const std::string& Session::output(SQLUSMALLINT number) {
  if (!operation_) throw InvalidArgument("an output parameter was asked for before any rows came");
  if (number >= input_.parameters.size())
    throw InvalidArgument("parameter " + std::to_string(number) + " was asked for, there are " +
                          std::to_string(input_.parameters.size()));
  const auto& parameter = input_.parameters[number];
  if (!parameter.output || parameter.described.name != "@state")
    throw InvalidArgument(parameter.described.name +
                          " has no value to give: only @state varbinary(max) OUTPUT has");
  if (parameter.described.type != SQL_C_BINARY)
    throw InvalidArgument("@state must be varbinary(max), not " +
                          std::string(sql_name(parameter.described.type)));
  output_ = operation_->state();
  return output_;
}

}  // namespace insitu::sql_server
