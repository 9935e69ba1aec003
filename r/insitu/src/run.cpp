// Requests: insitu_run, and data frames on their way into one.
#include <R_ext/Print.h>
#include <R_ext/Utils.h>

#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "capi/facade.hpp"
#include "data/arrow.hpp"
#include "documents.hpp"
#include "frames.hpp"
#include "held.hpp"
#include "routines.hpp"
#include "row_function.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

/// Runs at the end of a stream's pointer, in R's garbage collection.
void finalize_stream(SEXP pointer) {
  auto* stream = static_cast<ArrowArrayStream*>(R_ExternalPtrAddr(pointer));
  if (!stream) return;
  R_ClearExternalPtr(pointer);
  if (stream->release) stream->release(stream);
  delete stream;
}

/// Makes `stream` yield one chunk.
void export_chunk(insitu::Chunk chunk, ArrowArrayStream* stream) {
  auto schema = chunk.schema;
  insitu::export_stream(
      std::move(schema),
      [rest = std::make_shared<std::optional<insitu::Chunk>>(std::move(chunk))] {
        return std::exchange(*rest, std::nullopt);
      },
      stream);
}

/// Frees the frames of a reply that were not read.
struct ReplyOfCall {
  insitu::Reply reply;
  ~ReplyOfCall() {
    for (auto& frame : reply.frames)
      if (frame.release) frame.release(&frame);
  }
};

SEXP text_of(const std::string& text) {
  return guarded([&] {
    SEXP chars = Rf_protect(checked_char(text, "a message"));
    SEXP out = Rf_ScalarString(chars);
    Rf_unprotect(1);
    return out;
  });
}

SEXP member(SEXP list, const char* name) {
  const Kept names(attribute(list, R_NamesSymbol));
  R_xlen_t at = 0;
  for (SEXP each : strings(names)) {
    if (std::string_view(R_CHAR(each)) == name) return item(list, at);
    ++at;
  }
  throw insitu::InvalidArgument(std::string("tasks have no ") + name);
}

/// A call of `function` with numbers, and one object behind them where there is one.
SEXP call_with(SEXP function, std::initializer_list<double> numbers, SEXP last = nullptr) {
  return guarded([&] {
    const auto length = static_cast<int>(numbers.size()) + (last ? 2 : 1);
    SEXP code = Rf_protect(Rf_allocVector(LANGSXP, length));
    SEXP at = code;
    SETCAR(at, function);
    for (const double number : numbers) at = CDR(at), SETCAR(at, Rf_ScalarReal(number));
    if (last) SETCADR(at, last);
    SEXP value = Rf_eval(code, R_GlobalEnv);
    Rf_unprotect(1);
    return value;
  });
}

/// REQUIRES: `tasks` (see routines.hpp) outlives what is returned.
insitu::HostTasks host_tasks(SEXP tasks) {
  const auto real = [](std::size_t number) { return static_cast<double>(number); };
  insitu::HostTasks host;
  host.shared = bytes_of(member(tasks, "shared"));
  host.arguments = [=, function = member(tasks, "arguments")](std::size_t first,
                                                              std::size_t count) -> insitu::Bytes {
    const Kept raw(call_with(function, {real(first), real(count)}));
    return insitu::Bytes(bytes_of(raw));
  };
  host.done = [=, function = member(tasks, "done")](std::size_t first, std::size_t count,
                                                    insitu::Bytes&& values) {
    const Kept raw(raw_of(values));
    values = {};
    call_with(function, {real(first), real(count)}, raw);
  };
  host.lost = [=, function = member(tasks, "lost")](std::size_t index, const std::string& why) {
    const Kept text(text_of(why));
    call_with(function, {real(index)}, text);
  };
  host.progress = [=, function = member(tasks, "progress")](const insitu::TaskProgress& now) {
    call_with(function,
              {real(now.total), real(now.done), real(now.running), real(now.failed), now.seconds});
  };
  return host;
}

}  // namespace

bool user_interrupted() {
  if (jump_pending()) return true;
  release_abandoned();
  try {
    guarded([] { R_CheckUserInterrupt(); });
  } catch (const Jump&) {
    return true;
  }
  return false;
}

SEXP frame_stream(SEXP frame) {
  return enter([&]() -> SEXP {
    const Kept pointer([&] {
      SEXP made = Rf_protect(R_MakeExternalPtr(nullptr, R_NilValue, R_NilValue));
      R_RegisterCFinalizerEx(made, finalize_stream, TRUE);
      Rf_unprotect(1);
      return made;
    });
    auto* stream = new ArrowArrayStream{};
    R_SetExternalPtrAddr(pointer, stream);
    export_chunk(chunk_of(frame, Values::kShared), stream);
    return pointer;
  });
}

SEXP run(SEXP document, SEXP streams, SEXP functions, SEXP progress, SEXP warn, SEXP tasks) {
  return enter([&]() -> SEXP {
    insitu::Request request;
    request.document = to_json(document).dump();
    for (R_xlen_t i = 0; i < Rf_xlength(streams); ++i) {
      SEXP pointer = item(streams, i);
      auto* stream = TYPEOF(pointer) == EXTPTRSXP
                         ? static_cast<ArrowArrayStream*>(R_ExternalPtrAddr(pointer))
                         : nullptr;
      if (!stream) throw insitu::InvalidArgument("a data frame of the request was used before");
      request.streams.push_back(stream);
    }
    const Kept names(attribute(functions, R_NamesSymbol));
    for (R_xlen_t i = 0; i < Rf_xlength(functions); ++i)
      request.functions[TextReader().read(strings(names)[static_cast<std::size_t>(i)],
                                          "the name of a function")] =
          row_function(item(functions, i));
    insitu::HostTasks host;
    if (tasks != R_NilValue) {
      host = host_tasks(tasks);
      request.tasks = &host;
    }

    insitu::Callbacks callbacks;
    callbacks.interrupted = user_interrupted;
    callbacks.output = [](const std::string& text) {
      guarded(
          [&] { Rprintf("%s%s", text.c_str(), !text.empty() && text.back() == '\n' ? "" : "\n"); });
    };
    callbacks.warning = [warn](const std::string& text) {
      const Kept message(text_of(text));
      call(warn, message);
    };
    if (progress != R_NilValue)
      callbacks.progress = [progress](const insitu::Progress& p) {
        guarded([&] {
          SEXP code = Rf_protect(Rf_allocVector(LANGSXP, 6));
          SEXP at = code;
          const auto next = [&](SEXP value) { SETCAR(at, value), at = CDR(at); };
          next(progress);
          next(Rf_ScalarReal(static_cast<double>(p.rows_processed)));
          next(Rf_ScalarReal(static_cast<double>(p.rows_total)));
          next(Rf_ScalarReal(p.seconds));
          next(Rf_ScalarReal(static_cast<double>(p.resident_bytes)));
          next(Rf_ScalarLogical(p.finished));
          Rf_eval(code, R_GlobalEnv);
          Rf_unprotect(1);
        });
      };
    ReplyOfCall answer{insitu::run(std::move(request), callbacks)};
    return reply_to_r(answer.reply);
  });
}

}  // namespace insitu_r
