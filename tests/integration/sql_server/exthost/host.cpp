#include "host.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/bytes.hpp"
#include "functions.hpp"

namespace insitu::exthost {

std::size_t Cells::width() const {
  switch (type) {
    case SQL_C_BIT:
    case SQL_C_UTINYINT:
      return 1;
    case SQL_C_SSHORT:
      return 2;
    case SQL_C_SLONG:
    case SQL_C_FLOAT:
      return 4;
    case SQL_C_SBIGINT:
    case SQL_C_DOUBLE:
      return 8;
    case SQL_C_NUMERIC:
      return sizeof(SQL_NUMERIC_STRUCT);
    case SQL_C_TYPE_DATE:
      return sizeof(SQL_DATE_STRUCT);
    case SQL_C_TYPE_TIMESTAMP:
      return sizeof(SQL_TIMESTAMP_STRUCT);
    case SQL_C_GUID:
      return sizeof(SQLGUID);
    default:
      return 0;
  }
}

void Cells::add(const void* value, std::size_t count) {
  bytes.append(static_cast<const char*>(value), count);
  lengths.push_back(static_cast<SQLINTEGER>(count));
}

void Cells::add_null() {
  bytes.append(width(), '\xA5');
  lengths.push_back(SQL_NULL_DATA);
}

void Cells::append(const Cells& more) {
  bytes += more.bytes;
  lengths.insert(lengths.end(), more.lengths.begin(), more.lengths.end());
}

std::vector<std::optional<std::string>> Cells::values() const {
  std::vector<std::optional<std::string>> all;
  std::size_t at = 0;
  for (const auto length : lengths) {
    const auto step = width() ? width() : static_cast<std::size_t>(std::max(length, 0));
    if (length == SQL_NULL_DATA)
      all.emplace_back();
    else
      all.emplace_back(bytes.substr(at, step));
    at += step;
  }
  return all;
}

namespace {

struct Piece {
  std::size_t begin, end;
};

/// The calls of one task.
std::vector<Piece> pieces_of(const Call& call, unsigned task) {
  const auto rows = call.columns.empty() ? 0 : call.columns[0].cells.rows();
  std::vector<Piece> all;
  if (call.partitions) {
    std::vector<std::vector<std::optional<std::string>>> keys;
    for (const auto& column : call.columns)
      if (column.partition >= 0) keys.push_back(column.cells.values());
    for (std::size_t begin = 0; begin < rows;) {
      auto end = begin + 1;
      while (end < rows && std::ranges::all_of(keys, [&](auto& k) { return k[end] == k[begin]; }))
        ++end;
      all.push_back({begin, end});
      begin = end;
    }
  } else if (call.chunk_rows.empty()) {
    all.push_back({0, rows});
  } else {
    for (std::size_t begin = 0, k = 0; begin < rows; ++k) {
      const auto end = std::min(rows, begin + call.chunk_rows[k % call.chunk_rows.size()]);
      all.push_back({begin, end});
      begin = end;
    }
  }
  std::vector<Piece> own;
  for (std::size_t k = task; k < all.size(); k += call.tasks) {
    if (call.empty_calls) own.push_back({all[k].begin, all[k].begin});
    own.push_back(all[k]);
  }
  if (call.empty_calls) own.push_back({rows, rows});
  return own;
}

/// Memory of exactly that size, so that a sanitizer sees every byte beyond it; never null.
std::unique_ptr<char[]> exactly(const void* data, std::size_t size) {
  std::unique_ptr<char[]> copy(new char[size]);
  if (size) std::memcpy(copy.get(), data, size);
  return copy;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("the extension breaks the interface: " + what);
}

/// One process: one task.
class Task {
 public:
  Task(const Call& call, unsigned number)
      : call_(call), number_(static_cast<SQLUSMALLINT>(number)), extension_(call.library) {}

  Outcome run() {
    require(extension_.version() == 2, "its version is not 2");
    require_success(extension_.init(nullptr, 0, nullptr, 0, nullptr, 0, nullptr, 0), "Init");
    begin();
    const auto pieces = pieces_of(call_, number_);
    bool killed = false;
    for (const auto& piece : pieces) {
      execute(piece);
      if (std::cmp_equal(call_.kill_task, number_) && !std::exchange(killed, true))
        kill(getpid(), SIGKILL);
    }
    if (!pieces.empty()) outputs();
    SQLUINTEGER counters = 0;
    SQLCHAR** names = nullptr;
    SQLINTEGER* lengths = nullptr;
    SQLBIGINT* values = nullptr;
    require_success(extension_.telemetry(guid_, number_, &counters, &names, &lengths, &values),
                    "GetTelemetryResults");
    for (SQLUINTEGER i = 0; i < counters; ++i) outcome_.counters.push_back(values[i]);
    require_success(extension_.cleanup_session(guid_, number_), "CleanupSession");
    require_success(extension_.cleanup(), "Cleanup");
    return std::move(outcome_);
  }

 private:
  void require_success(SQLRETURN code, const char* function) {
    if (code != SQL_SUCCESS) throw std::runtime_error(std::string(function) + " failed");
  }

  void begin() {
    Lent script(call_.script), in("InputDataSet"), out("OutputDataSet");
    require_success(extension_.init_session(
                        guid_, number_, static_cast<SQLUSMALLINT>(call_.tasks), script.data(),
                        script.size(), static_cast<SQLUSMALLINT>(call_.columns.size()),
                        static_cast<SQLUSMALLINT>(call_.arguments.size()), in.data(),
                        in.size<SQLUSMALLINT>(), out.data(), out.size<SQLUSMALLINT>()),
                    "InitSession");
    SQLUSMALLINT at = 0;
    for (const auto& column : call_.columns) {
      Lent name(column.name);
      require_success(
          extension_.init_column(guid_, number_, at++, name.data(), name.size<SQLSMALLINT>(),
                                 column.cells.type, column.cells.size, column.cells.digits,
                                 column.cells.nullable ? 1 : 0, column.partition, -1),
          "InitColumn");
    }
    at = 0;
    for (const auto& argument : call_.arguments) {
      Lent name(argument.name), value(argument.value.value_or(""));
      require_success(extension_.init_param(
                          guid_, number_, at++, name.data(), name.size<SQLSMALLINT>(),
                          argument.type, argument.size, 0, argument.value ? value.data() : nullptr,
                          argument.value ? value.size<SQLINTEGER>() : SQL_NULL_DATA,
                          argument.output ? SQL_PARAM_INPUT_OUTPUT : SQL_PARAM_INPUT),
                      "InitParam");
    }
  }

  void execute(const Piece& piece) {
    const auto rows = piece.end - piece.begin;
    std::vector<std::unique_ptr<char[]>> data;
    std::vector<std::unique_ptr<SQLINTEGER[]>> lengths;
    std::vector<std::size_t> sizes;
    std::vector<SQLPOINTER> data_pointers;
    std::vector<SQLINTEGER*> length_pointers;
    offsets_.resize(call_.columns.size());
    for (std::size_t c = 0; c < call_.columns.size(); ++c) {
      const auto& cells = call_.columns[c].cells;
      const auto width = cells.width();
      std::size_t begin = piece.begin * width, size = rows * width;
      if (!width) {
        auto& offset = offsets_[c];  // of the first bytes that no call has had
        if (piece.begin < offset.first) offset = {0, 0};
        for (; offset.first < piece.begin; ++offset.first)
          offset.second += static_cast<std::size_t>(std::max(cells.lengths[offset.first], 0));
        begin = offset.second;
        for (auto r = piece.begin; r < piece.end; ++r)
          size += static_cast<std::size_t>(std::max(cells.lengths[r], 0));
      }
      data.push_back(exactly(cells.bytes.data() + begin, size));
      sizes.push_back(size);
      lengths.emplace_back(new SQLINTEGER[rows]);
      for (std::size_t r = 0; r < rows; ++r) {
        lengths[c][r] = cells.lengths[piece.begin + r];
        if (lengths[c][r] == SQL_NULL_DATA && width)
          std::memset(data[c].get() + r * width, 0xA5, width);
      }
      data_pointers.push_back(data[c].get());
      // Where nothing can be NULL there need be no lengths, but of these types.
      const bool told = cells.nullable || !width || cells.type == SQL_C_NUMERIC ||
                        cells.type == SQL_C_TYPE_TIMESTAMP;
      length_pointers.push_back(told || executed_ % 2 ? lengths[c].get() : nullptr);
      if (!told && executed_ % 2)
        std::fill_n(lengths[c].get(), rows, SQL_NULL_DATA);  // and what is there says nothing
    }
    SQLUSMALLINT columns = 77;
    const bool none = call_.columns.empty();
    const auto code =
        extension_.execute(guid_, number_, rows, none ? nullptr : data_pointers.data(),
                           none ? nullptr : length_pointers.data(), &columns);
    for (std::size_t c = 0; c < data.size(); ++c) {
      std::memset(data[c].get(), 0xEE, sizes[c]);
      std::fill_n(lengths[c].get(), rows, 0x6EEEEEEE);
    }
    data.clear(), lengths.clear();
    require(code == SQL_SUCCESS || columns == 0, "a failed Execute announces columns");
    require_success(code, "Execute");
    shape(columns);
    take();
    ++executed_;
  }

  void shape(SQLUSMALLINT columns) {
    if (executed_ > 0)
      return require(columns == outcome_.columns.size(), "the number of result columns changes");
    outcome_.columns.resize(columns);
    for (SQLUSMALLINT i = 0; i < columns; ++i) {
      SQLSMALLINT nullable = -7;
      SQLULEN size = 0;
      auto& column = outcome_.columns[i];
      require_success(extension_.result_column(guid_, number_, i, &column.type, &size,
                                               &column.digits, &nullable),
                      "GetResultColumn");
      require(nullable == 0 || nullable == 1, "nullable is neither 0 nor 1");
      require(nullable == 1 || (call_.chunk_rows.empty() && !call_.partitions),
              "a streamed column must be nullable, since its shape is told once");
      require(size >= 1, "a column has size 0");
      column.size = size;
      column.nullable = nullable == 1;
    }
  }

  void take() {
    SQLULEN rows = 77;
    SQLPOINTER* data = nullptr;
    SQLINTEGER** lengths = nullptr;
    require_success(extension_.results(guid_, number_, &rows, &data, &lengths), "GetResults");
    for (std::size_t c = 0; c < outcome_.columns.size(); ++c) {
      auto& column = outcome_.columns[c];
      const auto width = column.width();
      const auto* bytes = static_cast<const char*>(data[c]);
      for (std::size_t r = 0; r < rows; ++r) {
        const auto length = lengths[c][r];
        require(length >= 0 || length == SQL_NULL_DATA, "a length below 0");
        require(length == SQL_NULL_DATA || static_cast<std::uint64_t>(length) <= column.size ||
                    column.type == SQL_C_NUMERIC,
                "a value is larger than its column");
        const auto step = width ? width : static_cast<std::size_t>(std::max(length, 0));
        if (length == SQL_NULL_DATA)
          column.add_null();
        else
          column.add(bytes, step);
        if (step) bytes += step;
      }
    }
  }

  void outputs() {
    for (std::size_t i = 0; i < call_.arguments.size(); ++i) {
      if (!call_.arguments[i].output) continue;
      SQLPOINTER value = &value;
      SQLINTEGER length = 77;
      require_success(
          extension_.output(guid_, number_, static_cast<SQLUSMALLINT>(i), &value, &length),
          "GetOutputParam");
      require((length == SQL_NULL_DATA) == (value == nullptr),
              "a NULL output must be a null pointer");
      if (value)
        outcome_.outputs.emplace_back(
            std::string(static_cast<char*>(value), static_cast<std::size_t>(length)));
      else
        outcome_.outputs.emplace_back();
    }
  }

  const Call& call_;
  SQLUSMALLINT number_;
  Functions extension_;
  SQLGUID guid_{0x12345678, 0x9abc, 0xdef0, {1, 2, 3, 4, 5, 6, 7, 8}};
  Outcome outcome_;
  std::size_t executed_ = 0;
  std::vector<std::pair<std::size_t, std::size_t>> offsets_;
};

std::string all_of(int file) {
  std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const auto got = pread(file, text.data() + at, text.size() - at, static_cast<off_t>(at));
    if (got <= 0) throw std::runtime_error("what a task left cannot be read");
    at += static_cast<std::size_t>(got);
  }
  close(file);
  return text;
}

struct Child {
  pid_t pid;
  int result, messages;
};

Child start(const Call& call, unsigned number) {
  const Child child{-1, memfd_create("result", MFD_CLOEXEC), memfd_create("messages", MFD_CLOEXEC)};
  const auto pid = fork();
  if (pid != 0) return {pid, child.result, child.messages};
  dup2(child.messages, 2);
  int status = 0;
  try {
    const auto bytes = save(Task(call, number).run());
    for (std::size_t at = 0; at < bytes.size();)
      at += static_cast<std::size_t>(
          std::max<ssize_t>(0, write(child.result, bytes.data() + at, bytes.size() - at)));
  } catch (const std::exception& error) {
    dprintf(2, "%s\n", error.what());
    status = 1;
  }
  _exit(status);
}

}  // namespace

Outcome run(const Call& call) {
  std::vector<Child> children;
  for (unsigned task = 0; task < call.tasks; ++task) children.push_back(start(call, task));
  Outcome all;
  for (unsigned task = 0; task < call.tasks; ++task) {
    auto& child = children[task];
    int status = 0;
    waitpid(child.pid, &status, 0);
    all.messages += all_of(child.messages);
    if (WIFSIGNALED(status))
      all.messages += "task " + std::to_string(task) + " was ended by signal " +
                      std::to_string(WTERMSIG(status)) + "\n";
    if (status != 0) {
      close(child.result);
      all.succeeded = false;
      continue;
    }
    auto one = load<Outcome>(all_of(child.result));
    if (task == 0) all.outputs = std::move(one.outputs);
    if (all.columns.empty())
      all.columns = std::move(one.columns);
    else
      for (std::size_t c = 0; c < one.columns.size(); ++c) all.columns[c].append(one.columns[c]);
    all.counters.resize(std::max(all.counters.size(), one.counters.size()));
    for (std::size_t i = 0; i < one.counters.size(); ++i) all.counters[i] += one.counters[i];
  }
  if (!all.succeeded) all.columns.clear(), all.outputs.clear();
  return all;
}

}  // namespace insitu::exthost
