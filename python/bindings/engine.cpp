// The Python module insitu._engine: one function that runs a request (capi/facade.hpp), one that
// serves as a worker. Data frames cross as Arrow PyCapsules ("arrow_schema", "arrow_array",
// "arrow_array_stream"), numeric results as NumPy arrays that own their memory. The interpreter
// lock is released while the engine runs.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capi/facade.hpp"
#include "capi/serve.hpp"
#include "capi/serve_requests.hpp"
#include "data/arrow.hpp"
#include "modules.hpp"

namespace nb = nanobind;
using insitu_python::raise_python;

void insitu_python::raise_python(insitu::ErrorCode code, const char* text) {
  if (code == insitu::ErrorCode::kCancelled) {
    if (!PyErr_Occurred()) PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw nb::python_error();
  }
  const nb::object classes = nb::module_::import_("insitu.errors").attr("BY_CODE");
  const nb::object kind = classes[nb::int_(static_cast<int>(code))];
  PyErr_SetString(kind.ptr(), text);
  throw nb::python_error();
}

namespace {

using insitu::Chunk;
using insitu::ChunkInfo;

template <class T>
nb::object owning_capsule(std::unique_ptr<T> item, const char* name) {
  PyObject* capsule = PyCapsule_New(item.get(), name, [](PyObject* object) {
    auto* pointer = static_cast<T*>(PyCapsule_GetPointer(object, PyCapsule_GetName(object)));
    if (!pointer) return PyErr_Clear();
    if (pointer->release) pointer->release(pointer);
    delete pointer;
  });
  if (!capsule) throw nb::python_error();
  (void)item.release();
  return nb::steal(capsule);
}

ArrowArrayStream* stream_of(const nb::handle& capsule) {
  auto* stream =
      static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
  if (!stream) throw nb::python_error();
  return stream;
}

/// The text of the Python error that is being handled, with the place where it was raised.
std::string describe_python_error(nb::python_error& error) {
  const nb::object describe =
      nb::module_::import_("insitu._functions_of_user").attr("describe_error");
  return nb::cast<std::string>(describe(error.value()));
}

/// Wraps a Python callable (schema capsule, array capsule, info dict) -> stream capsule.
insitu::RowFunction row_function(nb::object callable) {
  // The last reference may be dropped while the lock is released.
  const auto held =
      std::shared_ptr<nb::object>(new nb::object(std::move(callable)), [](nb::object* object) {
        const nb::gil_scoped_acquire lock;
        delete object;
      });
  return [held](const Chunk& chunk, const ChunkInfo& info) -> Chunk {
    const nb::gil_scoped_acquire lock;
    try {
      auto schema = std::make_unique<ArrowSchema>();
      auto array = std::make_unique<ArrowArray>();
      insitu::schema_to_arrow(*chunk.schema, schema.get());
      insitu::chunk_to_arrow(chunk, array.get());
      nb::dict about;
      about["start_row"] = info.start_row;
      about["chunk_number"] = info.chunk_number;
      about["rows"] = info.rows;
      about["test_chunk"] = info.test_chunk;
      about["prediction"] = info.prediction;
      about["file_name"] = info.file_name;
      const nb::object result = (*held)(owning_capsule(std::move(schema), "arrow_schema"),
                                        owning_capsule(std::move(array), "arrow_array"), about);
      auto [found, chunks] = insitu::import_stream(stream_of(result));
      Chunk all{found, {}, 0, chunk.from};
      for (std::size_t c = 0; c < found->size(); ++c) {
        std::vector<insitu::Column> parts;
        for (const auto& part : chunks) parts.push_back(part.columns[c]);
        // An empty part more makes one part be copied too: the function may go on writing into its
        // arrays, and rows that it gave away must not change.
        parts.push_back(insitu::Column((*found)[c].type, 0, nullptr, nullptr, (*found)[c].levels));
        all.columns.push_back(insitu::concatenate(parts));
      }
      for (const auto& part : chunks) all.rows += part.rows;
      return all;
    } catch (nb::python_error& error) {
      if (!error.matches(PyExc_Exception)) {  // an interrupt, an exit: not the function's failure
        error.restore();
        throw insitu::Cancelled();
      }
      throw insitu::UserCodeError(describe_python_error(error));
    }
  };
}

nb::object numpy_of(insitu::NumericArray&& array) {
  auto* values = new std::vector<double>(std::move(array.values));
  const nb::capsule owner(values,
                          [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  const auto& shape = array.shape;
  if (shape.size() == 2) {
    const std::int64_t strides[] = {1, static_cast<std::int64_t>(shape[0])};
    return nb::cast(
        nb::ndarray<nb::numpy, double>(values->data(), 2, shape.data(), owner, strides));
  }
  const std::size_t length[] = {values->size()};
  return nb::cast(nb::ndarray<nb::numpy, double>(values->data(), 1, length, owner));
}

insitu::Bytes bytes_of(const nb::object& object) {
  const auto bytes = nb::cast<nb::bytes>(object);
  return {bytes.c_str(), bytes.size()};
}

/// Calls Python from the engine. What it raises (a warning that is an error, an interrupt while it
/// prints) stays the thread's error; the engine unwinds as from an interrupt, and raise_python lets
/// it go on.
template <class F>
auto calling(F&& call) {
  const nb::gil_scoped_acquire lock;
  if (PyErr_Occurred()) throw insitu::Cancelled();
  try {
    return call();
  } catch (nb::python_error& error) {
    error.restore();
    throw insitu::Cancelled();
  }
}

/// `tasks`: an object with `shared` (bytes), arguments(first, count) -> bytes, done(first, count,
/// bytes), lost(index, text), progress(total, done, running, failed, seconds).
insitu::HostTasks host_tasks(const nb::object& tasks) {
  insitu::HostTasks host;
  host.shared = bytes_of(tasks.attr("shared"));
  host.arguments = [&tasks](std::size_t first, std::size_t count) {
    return calling([&] { return bytes_of(tasks.attr("arguments")(first, count)); });
  };
  host.done = [&tasks](std::size_t first, std::size_t count, insitu::Bytes&& values) {
    calling([&] { tasks.attr("done")(first, count, nb::bytes(values.data(), values.size())); });
  };
  host.lost = [&tasks](std::size_t index, const std::string& why) {
    calling([&] { tasks.attr("lost")(index, why); });
  };
  host.progress = [&tasks](const insitu::TaskProgress& now) {
    calling(
        [&] { tasks.attr("progress")(now.total, now.done, now.running, now.failed, now.seconds); });
  };
  return host;
}

/// Whether Python is on its way out of the call: an interrupt, or what a function has raised.
bool python_interrupted() {
  const nb::gil_scoped_acquire lock;
  return PyErr_Occurred() != nullptr || PyErr_CheckSignals() != 0;
}

nb::tuple run(const std::string& document, const nb::list& streams, const nb::dict& functions,
              nb::object progress, nb::object warning, nb::object output, nb::object tasks) {
  insitu::Request request{document, {}, {}};
  insitu::HostTasks host;
  if (!tasks.is_none()) {
    host = host_tasks(tasks);
    request.tasks = &host;
  }
  for (const nb::handle stream : streams) request.streams.push_back(stream_of(stream));
  for (const auto& [name, callable] : functions)
    request.functions[nb::cast<std::string>(name)] = row_function(nb::borrow(callable));

  insitu::Callbacks callbacks;
  callbacks.interrupted = python_interrupted;
  const auto text_callback =
      [](const nb::object& callable) -> std::function<void(const std::string&)> {
    if (callable.is_none()) return {};
    return [&callable](const std::string& text) { calling([&] { callable(text); }); };
  };
  callbacks.warning = text_callback(warning);
  callbacks.output = text_callback(output);
  if (!progress.is_none()) {
    callbacks.progress = [&](const insitu::Progress& p) {
      calling([&] {
        progress(p.rows_read, p.rows_processed, p.rows_total, p.chunk_seconds, p.seconds,
                 p.resident_bytes, p.finished);
      });
    };
  }
  insitu::Reply reply;
  try {
    const nb::gil_scoped_release unlocked;
    reply = insitu::run(std::move(request), callbacks);
  } catch (const insitu::Error& error) {
    // An error of Python that waits comes first, whatever the engine made of it.
    raise_python(PyErr_Occurred() ? insitu::ErrorCode::kCancelled : error.code(), error.what());
  }
  if (PyErr_Occurred()) {
    for (auto& frame : reply.frames)
      if (frame.release) frame.release(&frame);
    throw nb::python_error();
  }
  nb::list arrays, frames;
  for (auto& array : reply.arrays) arrays.append(numpy_of(std::move(array)));
  for (auto& frame : reply.frames)
    frames.append(owning_capsule(std::make_unique<ArrowArrayStream>(frame), "arrow_array_stream"));
  return nb::make_tuple(reply.document, arrays, frames);
}

int fork_python() {
  const nb::gil_scoped_acquire lock;
  PyOS_BeforeFork();
  const auto child = ::fork();
  child == 0 ? PyOS_AfterFork_Child() : PyOS_AfterFork_Parent();
  return static_cast<int>(child);
}

void call_safely(const nb::object& function, const char* when) {
  const nb::gil_scoped_acquire lock;
  try {
    function();
  } catch (nb::python_error& error) {
    error.discard_as_unraisable(when);
  }
}

/// REQUIRES: `load` outlives what is returned.
insitu::LoadFunction loading(const nb::object& load) {
  return [&load](const std::string& language, const insitu::Bytes& code) {
    const nb::gil_scoped_acquire lock;
    try {
      return row_function(load(language, nb::bytes(code.data(), code.size())));
    } catch (nb::python_error& error) {
      throw insitu::UserCodeError("a function of the call cannot be loaded in a worker: " +
                                  describe_python_error(error));
    }
  };
}

/// Serves whole requests for a client on another machine over stdin and stdout, with functions that
/// `load` makes, until it hangs up; relative paths are those of `folder`. `worker`: the command
/// line of a worker. Returns the exit status.
int serve_requests(nb::object load, const std::string& folder,
                   const std::vector<std::string>& worker) {
  insitu::ServedLanguage language;
  language.load = loading(load);
  language.worker = worker;
  language.interrupted = python_interrupted;
  language.usable = [] {
    const nb::gil_scoped_acquire lock;
    PyErr_Clear();
    return true;
  };
  int status = 1;
  {
    const nb::gil_scoped_release unlocked;
    status = insitu::serve_requests(folder, &language);
  }
  PyErr_Clear();
  return status;
}

/// Serves one host over stdin and stdout, or the Unix socket at `socket`, until it hangs up; `load`
/// turns (language, code bytes) into a callable. Each call is served by a forked copy of this
/// process, which calls `leave` before it ends, and `warm_up` while it has nothing to do.
/// `run_tasks`(shared or None, arguments, info, loaded, values) runs tasks of rx_exec.
void serve(nb::object load, const std::string& socket, nb::object leave, nb::object warm_up,
           nb::object run_tasks) {
  const auto load_function = loading(load);
  const auto exec = [&run_tasks](const insitu::ExecBatch& batch, const insitu::ExecReport& report) {
    const nb::gil_scoped_acquire lock;
    const auto unlocked = [](auto&& call) {
      const nb::gil_scoped_release released;
      call();
    };
    try {
      nb::dict info;
      info["first"] = batch.first;
      info["count"] = batch.count;
      info["each"] = batch.each;
      info["worker"] = batch.worker;
      info["threads"] = batch.threads;
      info["rows"] = batch.rows;
      const nb::object shared =
          batch.shared ? nb::object(nb::bytes(batch.shared->data(), batch.shared->size()))
                       : nb::object(nb::none());
      run_tasks(shared, nb::bytes(batch.arguments.data(), batch.arguments.size()), info,
                nb::cpp_function([&] { unlocked([&] { report.loaded(); }); }),
                nb::cpp_function([&](std::uint64_t count, const std::vector<std::uint64_t>& failed,
                                     const nb::bytes& values) {
                  const std::string_view bytes(values.c_str(), values.size());
                  unlocked([&] { report.values(count, failed, bytes); });
                }));
    } catch (nb::python_error& error) {
      throw insitu::UserCodeError(describe_python_error(error));
    }
  };
  try {
    const nb::gil_scoped_release unlocked;
    insitu::serve_worker(load_function, "python", socket,
                         {.fork = fork_python,
                          .leave = [&] { call_safely(leave, "the end of a call in a worker"); },
                          .warm_up = [&] { call_safely(warm_up, "the start of a worker"); }},
                         exec);
  } catch (const insitu::Error& error) {
    raise_python(error.code(), error.what());
  }
}

}  // namespace

NB_MODULE(_engine, m) {
  m.def("run", &run, nb::arg("document"), nb::arg("streams"), nb::arg("functions"),
        nb::arg("progress").none(), nb::arg("warning").none(), nb::arg("output").none(),
        nb::arg("tasks").none() = nb::none());
  m.def("serve", &serve, nb::arg("load"), nb::arg("socket"), nb::arg("leave"), nb::arg("warm_up"),
        nb::arg("run_tasks"));
  m.def("serve_requests", &serve_requests, nb::arg("load"), nb::arg("folder"), nb::arg("worker"));
  m.def("version", &insitu::version);
  insitu_python::bind_sessions(m);
}
