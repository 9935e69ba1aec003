#include "capi/remote_call.hpp"

#include <utility>

#include "base/error.hpp"
#include "capi/reply_parts.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;

namespace {

constexpr std::uint64_t kMostOfRows = 256 << 20;
constexpr auto kPatienceWithCancel = std::chrono::seconds(5);

}  // namespace

RemoteCall::~RemoteCall() {
  for (auto& frame : reply_.frames)
    if (frame.release) frame.release(&frame);
}

Reply RemoteCall::run(const json& document, std::vector<ArrowArrayStream*>& streams,
                      HostTasks* tasks) {
  if (tasks) send_call_of_job(*tasks);
  send(document, streams);
  for (;;) {
    try {
      while (auto frame = engine_.line().take())
        if (take(*frame)) {
          if (value_) tasks->done(0, 1, std::move(*value_));
          return std::exchange(reply_, Reply());
        }
    } catch (const json::exception& failure) {
      throw WorkerError(std::string("the engine there has sent what cannot be read: ") +
                        failure.what());
    }
    if (engine_.line().gone()) {
      if (asked_to_stop_) throw Cancelled();
      engine_.fail("in the middle of the call: what it was writing there is not in place");
    }
    hear(engine_.line(), control_);
    if (control_.cancel.raised()) stop();
  }
}

/// That there is somebody for it is what a TASK says, too.
void RemoteCall::send_call_of_job(HostTasks& tasks) {
  if (tasks.shared.size() > kMostOfRows)
    throw Unsupported("RxRemote sends at most 256 MiB of a call to '" +
                      engine_.channel().target().host +
                      "'; write its data to a file, copy it there, and name it by its path there");
  takes_value_ = true;
  engine_.line().send(FrameType::kTask, number_, {}, tasks.shared);
}

void RemoteCall::send(const json& document, std::vector<ArrowArrayStream*>& streams) {
  auto& line = engine_.line();
  const SendFrame to_engine = [&](FrameType type, std::uint32_t k, std::string_view text,
                                  std::string_view payload) { line.send(type, k, text, payload); };
  std::uint64_t sent = 0;
  for (std::size_t k = 0; k < streams.size(); ++k) {
    try {
      send_rows(to_engine, static_cast<std::uint32_t>(k), streams[k], kMostOfRows, sent);
    } catch (const DataError&) {
      if (sent <= kMostOfRows) throw;
      throw Unsupported("RxRemote sends at most 256 MiB of rows of a data frame to '" +
                        engine_.channel().target().host +
                        "'; write them to a file, copy it there, and name it by its path there");
    }
  }
  line.send(FrameType::kCall, number_, {}, document_text(document));
}

/// True: it was the last of the call.
bool RemoteCall::take(Frame& frame) {
  // A BLOCK has the number of its data frame.
  if (frame.type != FrameType::kBlock && frame.request != number_)
    throw WorkerError("the engine there has answered call " + std::to_string(frame.request) +
                      " instead of call " + std::to_string(number_));
  answered_ = frame.type == FrameType::kFail || frame.type == FrameType::kReply;
  const auto said = [&] {
    auto document = json::parse(frame.json, nullptr, false);
    if (!document.is_object() && !document.is_array())
      throw WorkerError("the engine there has sent no JSON");
    return document;
  };
  switch (frame.type) {
    case FrameType::kProgress:
      tell_progress(said());
      return false;
    case FrameType::kLog: {
      const auto line = said();
      const auto text = line.value("text", "");
      const auto& told = line.value("kind", "") == "warning" ? control_.callbacks.warning
                                                             : control_.callbacks.output;
      if (told) told(text);
      return false;
    }
    case FrameType::kBlock:
      rows_.add(std::move(frame));
      return false;
    case FrameType::kState:
      load_arrays(frame.payload, kArraysOnTheWire, "the reply", reply_);
      return false;
    case FrameType::kResult:
      if (!takes_value_ || value_)
        throw WorkerError("the engine there has sent a value that nobody has asked for");
      value_ = std::move(frame.payload);
      return false;
    case FrameType::kFail: {
      const auto failure = said();
      throw_error(static_cast<ErrorCode>(failure.value("code", 1)),
                  failure.value("message", "the engine there did not say why"));
    }
    case FrameType::kReply:
      reply_.frames = rows_.take();
      reply_.document = std::move(frame.payload);
      (void)checked_document(reply_.document, "the reply", reply_);
      return true;
    default:
      throw WorkerError("the engine there has sent a frame " + std::string(frame_name(frame.type)));
  }
}

void RemoteCall::tell_progress(const json& step) {
  constexpr std::size_t kFields = 8;
  if (!control_.callbacks.progress || !step.is_array() || step.size() != kFields) return;
  control_.callbacks.progress({.rows_read = step[0],
                               .rows_processed = step[1],
                               .rows_total = step[2],
                               .chunk_seconds = step[3],
                               .seconds = step[4],
                               .pass = step[5],
                               .resident_bytes = step[6],
                               .finished = step[7]});
}

/// Asks once; the line is given up when nothing comes of it.
void RemoteCall::stop() {
  const auto now = std::chrono::steady_clock::now();
  if (!asked_to_stop_) {
    asked_to_stop_ = true;
    asked_at_ = now;
    engine_.line().send(FrameType::kCancel, number_, {});
  } else if (now - asked_at_ > kPatienceWithCancel) {
    engine_.line().kill();
    throw Cancelled();
  }
}

}  // namespace insitu
