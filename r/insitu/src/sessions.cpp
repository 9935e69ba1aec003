// The two ends of a remote session.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "documents.hpp"
#include "routines.hpp"
#include "sessions/far_end.hpp"
#include "sessions/near_end.hpp"
#include "text.hpp"
#include "vectors.hpp"

namespace insitu_r {

namespace {

using insitu::FrameType;

/// Runs at the end of a session's pointer, in R's garbage collection.
void finalize_near_end(SEXP pointer) {
  auto* near = static_cast<insitu::NearEnd*>(R_ExternalPtrAddr(pointer));
  R_ClearExternalPtr(pointer);
  delete near;
}

insitu::NearEnd& near_of(SEXP pointer) {
  auto* near = TYPEOF(pointer) == EXTPTRSXP
                   ? static_cast<insitu::NearEnd*>(R_ExternalPtrAddr(pointer))
                   : nullptr;
  if (!near) throw insitu::InvalidArgument("the remote session is of another process of R");
  return *near;
}

struct Outgoing {
  Outgoing(SEXP type, SEXP request, SEXP document, SEXP raw)
      : type(static_cast<FrameType>(static_cast<int>(doubles(type)[0]))),
        request(static_cast<std::uint32_t>(doubles(request)[0])),
        json(document == R_NilValue ? std::string() : to_json(document).dump()),
        payload(raw == R_NilValue ? std::string_view() : bytes_of(raw)) {}
  FrameType type;
  std::uint32_t request;
  std::string json;
  std::string_view payload;
};

/// The result is not protected. Throws DataError for what is no JSON.
SEXP list_of_text(const std::string& text) {
  if (!nlohmann::json::accept(text)) throw insitu::DataError("a document is no JSON");
  insitu::Reply reply;
  reply.document = text;
  return reply_to_r(reply);
}

/// The result is not protected.
SEXP list_of(const insitu::Frame& frame) {
  const Kept document(list_of_text(frame.json.empty() ? "{}" : frame.json));
  const Kept payload(frame.type == FrameType::kOut ? guarded([&] {
    SEXP chars = Rf_protect(checked_char(frame.payload, "output"));
    SEXP out = Rf_ScalarString(chars);
    Rf_unprotect(1);
    return out;
  })
                                                   : raw_of(frame.payload));
  return guarded([&] {
    const char* names[] = {"type", "request", "document", "payload", ""};
    SEXP out = Rf_protect(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(out, 0, Rf_ScalarReal(static_cast<double>(frame.type)));
    SET_VECTOR_ELT(out, 1, Rf_ScalarReal(static_cast<double>(frame.request)));
    SET_VECTOR_ELT(out, 2, document);
    SET_VECTOR_ELT(out, 3, payload);
    Rf_unprotect(1);
    return out;
  });
}

insitu::FarEnd* far_end = nullptr;

insitu::FarEnd& far() {
  if (!far_end) throw insitu::InvalidArgument("this process is not the far end of a session");
  return *far_end;
}

}  // namespace

SEXP near_start(SEXP command, SEXP name) {
  return enter([&]() -> SEXP {
    std::vector<std::string> words;
    for (SEXP word : strings(command)) words.push_back(TextReader().read(word, "the command"));
    const auto label = one_text(name, "the name of the session");
    const Kept pointer([&] {
      SEXP made = Rf_protect(R_MakeExternalPtr(nullptr, R_NilValue, R_NilValue));
      R_RegisterCFinalizerEx(made, finalize_near_end, TRUE);
      Rf_unprotect(1);
      return made;
    });
    R_SetExternalPtrAddr(pointer, new insitu::NearEnd(words, label));
    return pointer;
  });
}

SEXP near_put(SEXP pointer, SEXP type, SEXP request, SEXP document, SEXP payload) {
  return enter([&]() -> SEXP {
    const Outgoing frame(type, request, document, payload);
    near_of(pointer).put(frame.type, frame.request, frame.json, frame.payload);
    return R_NilValue;
  });
}

SEXP near_flush(SEXP pointer) {
  return enter([&]() -> SEXP {
    near_of(pointer).flush(user_interrupted);
    return R_NilValue;
  });
}

SEXP near_receive(SEXP pointer) {
  return enter([&]() -> SEXP {
    const auto frame = near_of(pointer).receive(user_interrupted);
    try {
      return list_of(frame);
    } catch (const insitu::DataError& error) {
      throw insitu::WorkerError(std::string("the remote session has sent what is no document: ") +
                                error.what());
    }
  });
}

SEXP near_close(SEXP pointer) {
  return enter([&]() -> SEXP {
    near_of(pointer).close();
    return R_NilValue;
  });
}

SEXP far_start(SEXP folder) {
  return enter([&]() -> SEXP {
    far_end = &insitu::FarEnd::start(one_text(folder, "the folder of the session"));
    return R_NilValue;
  });
}

SEXP far_send(SEXP type, SEXP request, SEXP document, SEXP payload) {
  return enter([&]() -> SEXP {
    const Outgoing frame(type, request, document, payload);
    far().send(frame.type, frame.request, frame.json, frame.payload);
    return R_NilValue;
  });
}

SEXP list_of_json(SEXP text) {
  return enter([&]() -> SEXP { return list_of_text(one_text(text, "JSON")); });
}

SEXP are_files(SEXP paths) {
  return enter([&]() -> SEXP {
    std::vector<int> found;
    for (R_xlen_t i = 0; i < Rf_xlength(paths); ++i) {
      const std::string path = guarded([&] { return Rf_translateChar(STRING_ELT(paths, i)); });
      std::error_code ignored;
      found.push_back(std::filesystem::is_regular_file(path, ignored) ? 1 : 0);
    }
    return guarded([&] {
      SEXP out = Rf_allocVector(LGLSXP, static_cast<R_xlen_t>(found.size()));
      std::copy(found.begin(), found.end(), LOGICAL(out));
      return out;
    });
  });
}

SEXP far_receive() {
  return enter([&]() -> SEXP {
    auto frame = far().receive();
    if (!frame) return R_NilValue;
    try {
      return list_of(*frame);
    } catch (const insitu::DataError&) {
      frame->json.clear();  // answered as a call that nobody knows
      return list_of(*frame);
    }
  });
}

}  // namespace insitu_r
