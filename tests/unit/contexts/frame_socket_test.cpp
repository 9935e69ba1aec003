#include "contexts/frame_socket.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/error.hpp"

namespace insitu {
namespace {

struct Line {
  FrameSocket here;
  int there = -1;

  Line() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    here = FrameSocket(ends[0]);
    there = ends[1];
  }
  ~Line() { close(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  void close() {
    if (there >= 0) ::close(there);
    there = -1;
  }
  void say(const std::string& bytes) const {
    ASSERT_EQ(::write(there, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
};

TEST(FrameSocket, IsGoneAfterBytesThatAreNoFrame) {
  Line line;
  line.here.send(FrameType::kCall, 1, {}, std::string(8 << 20, 'x'));
  EXPECT_TRUE(line.here.wants_to_write());
  line.say(encode_frame(FrameType::kReply, 1, "{}") + std::string(100, 'x'));
  EXPECT_THROW(line.here.read_some(), DataError);
  EXPECT_TRUE(line.here.gone());
  EXPECT_FALSE(line.here.wants_to_write());
  EXPECT_NO_THROW(line.here.read_some());  // nothing is put together from what follows
  ASSERT_TRUE(line.here.take());           // what was whole is
  EXPECT_FALSE(line.here.take());
}

TEST(FrameSocket, ForgetsHowMuchOfALostFrameWasWritten) {
  Line line;
  line.here.send(FrameType::kCall, 1, {}, std::string(8 << 20, 'x'));
  EXPECT_GT(line.here.queued(), 0u);
  line.close();
  line.here.write_some();
  EXPECT_EQ(line.here.queued(), 0u);
  line.here.send(FrameType::kCancel, 1, {});  // shorter than what was written of the other one
  EXPECT_EQ(line.here.queued(), 0u);
  EXPECT_FALSE(line.here.wants_to_write());
}

}  // namespace
}  // namespace insitu
