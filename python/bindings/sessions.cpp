// The two ends of a remote session: NearEnd, FarEnd. Frames cross as (type, request, json,
// payload).
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules.hpp"
#include "sessions/far_end.hpp"
#include "sessions/near_end.hpp"

namespace nb = nanobind;

namespace insitu_python {

namespace {

using insitu::FarEnd;
using insitu::Frame;
using insitu::FrameType;
using insitu::NearEnd;

/// Whether the caller wants to stop waiting: a handler of signals has raised, or `stop`() says so.
NearEnd::Interrupted interrupted_by(const nb::object& stop) {
  return [&stop] {
    const nb::gil_scoped_acquire lock;
    if (PyErr_Occurred() != nullptr || PyErr_CheckSignals() != 0) return true;
    try {
      return nb::cast<bool>(stop());
    } catch (nb::python_error& error) {
      error.restore();
      return true;
    }
  };
}

/// Runs `wait` without the interpreter's lock; errors of the engine become Python's.
template <class F>
auto unlocked(F&& wait) {
  try {
    const nb::gil_scoped_release released;
    return wait();
  } catch (const insitu::Error& error) {
    raise_python(error.code(), error.what());
  }
}

std::string_view view(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

nb::tuple tuple_of(const Frame& frame) {
  return nb::make_tuple(static_cast<int>(frame.type), frame.request, frame.json,
                        nb::bytes(frame.payload.data(), frame.payload.size()));
}

}  // namespace

void bind_sessions(nb::module_& module) {
  nb::class_<NearEnd>(module, "NearEnd")
      .def("__init__",
           [](NearEnd* self, const std::vector<std::string>& command, const std::string& name) {
             unlocked([&] { new (self) NearEnd(command, name); });
           })
      .def("send",
           [](NearEnd& self, int type, std::uint32_t request, const std::string& json,
              const nb::bytes& payload, const nb::object& stop) {
             const auto bytes = view(payload);
             unlocked([&] {
               self.send(static_cast<FrameType>(type), request, json, bytes, interrupted_by(stop));
             });
           })
      .def("receive",
           [](NearEnd& self, const nb::object& stop) {
             return tuple_of(unlocked([&] { return self.receive(interrupted_by(stop)); }));
           })
      .def_prop_ro("open", &NearEnd::open)
      .def("close", [](NearEnd& self) { unlocked([&] { self.close(); }); });
  nb::class_<FarEnd>(module, "FarEnd")
      .def_static(
          "start", [](const std::string& folder) { return &FarEnd::start(folder); },
          nb::rv_policy::reference)
      .def("send",
           [](FarEnd& self, int type, std::uint32_t request, const std::string& json,
              const nb::bytes& payload) {
             const auto bytes = view(payload);
             unlocked([&] { self.send(static_cast<FrameType>(type), request, json, bytes); });
           })
      .def("receive", [](FarEnd& self) -> nb::object {
        const auto frame = unlocked([&] { return self.receive(); });
        return frame ? nb::object(tuple_of(*frame)) : nb::object(nb::none());
      });
}

}  // namespace insitu_python
