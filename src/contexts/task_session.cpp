#include "contexts/task_session.hpp"

#include "base/error.hpp"

namespace insitu {

Frame TaskSession::receive() {
  for (;;) {
    auto frame = host_.receive();
    if (frame.request != request_) continue;  // of a task that was cancelled
    if (frame.type == FrameType::kCancel) {
      cancelled_ = true;
      throw Cancelled();
    }
    return frame;
  }
}

Frame TaskSession::await(FrameType type) {
  for (;;) {
    auto frame = receive();
    if (frame.type == type) return frame;
    if (frame.type == FrameType::kEnd && !ended_) {
      ended_ = true;  // the host has nothing to add; answers still come
      continue;
    }
    throw DataError("a " + std::string(frame_name(frame.type)) + " frame came where " +
                    std::string(frame_name(type)) + " was expected");
  }
}

std::optional<Frame> TaskSession::await_or_end(FrameType type) {
  if (ended_) return std::nullopt;
  auto frame = receive();
  if (frame.type == type) return frame;
  if (frame.type != FrameType::kEnd)
    throw DataError("a " + std::string(frame_name(frame.type)) + " frame came where " +
                    std::string(frame_name(type)) + " was expected");
  ended_ = true;
  return std::nullopt;
}

void TaskSession::check() {
  if (pushed_) return;
  while (host_.readable()) {
    const auto frame = receive();
    if (frame.type == FrameType::kEnd && !ended_) {
      ended_ = true;
    } else {
      throw DataError("a " + std::string(frame_name(frame.type)) +
                      " frame came that nobody asked for");
    }
  }
}

void TaskSession::drain() {
  while (!ended_ && !cancelled_) {
    try {
      if (receive().type == FrameType::kEnd) ended_ = true;
    } catch (const Cancelled&) {
    }
  }
}

}  // namespace insitu
