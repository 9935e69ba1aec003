#include "contexts/gateway/line.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/host_connection.hpp"
#include "contexts/spark/session.hpp"

namespace insitu {
namespace {

using nlohmann::json;

/// A gateway that says what a test wants it to say.
class FakeGateway {
 public:
  explicit FakeGateway(std::function<void(HostConnection&)> talk) {
    char name[] = "/tmp/insitu-line-XXXXXX";
    folder_ = ::mkdtemp(name);
    path_ = folder_ + "/gw.sock";
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    thread_ = std::thread([this, talk = std::move(talk)] {
      const int line = ::accept(listener_, nullptr, nullptr);
      HostConnection connection(line, line);
      try {
        talk(connection);
      } catch (const HostGone&) {
      }
      ::close(line);
    });
  }
  ~FakeGateway() {
    thread_.join();
    ::close(listener_);
    std::filesystem::remove_all(folder_);
  }
  const std::string& path() const { return path_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_, path_;
  int listener_ = -1;
  std::thread thread_;
};

void greet(HostConnection& line) {
  const auto hello = line.receive();
  EXPECT_EQ(hello.type, FrameType::kHello);
  EXPECT_EQ(json::parse(hello.json)["token"], "secret");
  line.send(FrameType::kHello, 0, R"({"protocol":1,"spark":"4.2.0"})");
}

TEST(GatewayLine, CallsGetTheirFramesAndTheirAnswer) {
  FakeGateway gateway([](HostConnection& line) {
    greet(line);
    const auto call = line.receive();
    EXPECT_EQ(call.type, FrameType::kCall);
    EXPECT_EQ(json::parse(call.json), json({{"op", "RUN_PASS"}, {"handle", "h1"}}));
    EXPECT_EQ(call.payload, "recipe");
    line.send(FrameType::kProgress, call.request, R"({"rows":5})");
    line.send(FrameType::kState, call.request + 1, "{}", "of another call");
    line.send(FrameType::kState, call.request, R"({"index":0,"level":1})", "state");
    line.send(FrameType::kReply, call.request, R"({"nodes":1})");
  });
  GatewayLine line(gateway.path(), "secret", spark_words());
  EXPECT_EQ(json::parse(line.hello())["spark"], "4.2.0");
  RunControl control;
  std::vector<FrameType> seen;
  const auto answer = line.call("RUN_PASS", {{"handle", "h1"}}, "recipe", control,
                                [&](Frame& frame) { seen.push_back(frame.type); });
  EXPECT_EQ(json::parse(answer.json)["nodes"], 1);
  EXPECT_EQ(seen, (std::vector{FrameType::kProgress, FrameType::kState}));
}

TEST(GatewayLine, AFailureComesBackAsItsKind) {
  FakeGateway gateway([](HostConnection& line) {
    greet(line);
    for (const int code : {2, 3, 7, 99}) {
      const auto call = line.receive();
      line.send(FrameType::kFail, call.request,
                json({{"message", "no such table"}, {"code", code}}).dump());
    }
  });
  GatewayLine line(gateway.path(), "secret", spark_words());
  RunControl control;
  EXPECT_THROW(line.call("OPEN", {}, {}, control), InvalidArgument);
  EXPECT_THROW(line.call("OPEN", {}, {}, control), DataError);
  EXPECT_THROW(line.call("OPEN", {}, {}, control), UserCodeError);
  EXPECT_THROW(line.call("OPEN", {}, {}, control), WorkerError);
}

TEST(GatewayLine, AnInterruptCancelsTheCallAndTheLineGoesOn) {
  FakeGateway gateway([](HostConnection& line) {
    greet(line);
    const auto call = line.receive();
    const auto cancel = line.receive();
    EXPECT_EQ(cancel.type, FrameType::kCancel);
    EXPECT_EQ(cancel.request, call.request);
    line.send(FrameType::kFail, call.request, R"({"message":"interrupted","code":5})");
    const auto next = line.receive();
    line.send(FrameType::kReply, next.request, "{}");
  });
  GatewayLine line(gateway.path(), "secret", spark_words());
  RunControl control;
  const auto begin = std::chrono::steady_clock::now();
  control.callbacks.interrupted = [&] {
    return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(120);
  };
  EXPECT_THROW(line.call("RUN_PASS", {}, {}, control), Cancelled);
  RunControl another;
  EXPECT_NO_THROW(line.call("STATUS", {}, {}, another));
}

TEST(GatewayLine, AFailingConsumerLeavesTheLineUsable) {
  FakeGateway gateway([](HostConnection& line) {
    greet(line);
    const auto call = line.receive();
    line.send(FrameType::kOut, call.request, "{}", "rows");
    EXPECT_EQ(line.receive().type, FrameType::kCancel);
    line.send(FrameType::kOut, call.request, "{}", "more rows");
    line.send(FrameType::kReply, call.request, "{}");
    const auto next = line.receive();
    line.send(FrameType::kReply, next.request, "{}");
  });
  GatewayLine line(gateway.path(), "secret", spark_words());
  RunControl control;
  int calls = 0;
  EXPECT_THROW(line.call("READ_ROWS", {}, {}, control,
                         [&](Frame&) {
                           ++calls;
                           throw DataError("enough");
                         }),
               DataError);
  EXPECT_EQ(calls, 1);
  EXPECT_NO_THROW(line.call("STATUS", {}, {}, control));
}

TEST(GatewayLine, TheEndOfTheApplicationIsSaid) {
  FakeGateway gateway([](HostConnection& line) {
    greet(line);
    line.receive();
  });
  GatewayLine line(gateway.path(), "secret", spark_words());
  RunControl control;
  try {
    line.call("RUN_PASS", {}, {}, control);
    FAIL();
  } catch (const LineLost& lost) {
    EXPECT_NE(std::string(lost.what()).find("has ended"), std::string::npos);
  }
}

TEST(GatewayLine, WrongTokensProtocolsAndBytesAreRefused) {
  {
    FakeGateway gateway([](HostConnection& line) {
      line.receive();
      line.send(FrameType::kFail, 0, R"({"message":"wrong token","code":2})");
    });
    EXPECT_THROW(GatewayLine(gateway.path(), "other", spark_words()), InvalidArgument);
  }
  {
    FakeGateway gateway([](HostConnection& line) {
      line.receive();
      line.send(FrameType::kHello, 0, R"({"protocol":9})");
    });
    EXPECT_THROW(GatewayLine(gateway.path(), "secret", spark_words()), WorkerError);
  }
  {
    FakeGateway gateway([](HostConnection& line) {
      line.receive();
      line.send(FrameType::kOut, 0, "{}");
    });
    EXPECT_THROW(GatewayLine(gateway.path(), "secret", spark_words()), WorkerError);
  }
  EXPECT_THROW(GatewayLine("/tmp/nobody-listens-here", "secret", spark_words()), WorkerError);
  EXPECT_THROW(GatewayLine(std::string(200, 'x'), "secret", spark_words()), InvalidArgument);
}

TEST(SparkSession, AnApplicationOfAnotherJarIsRefusedWithBothVersions) {
  for (const bool says : {true, false}) {
    FakeGateway gateway([says](HostConnection& line) {
      line.receive();
      json hello = {{"protocol", kWorkerProtocol}, {"app", "app-1"}};
      if (says) hello["build"] = "0.0.9 of yesterday";
      line.send(FrameType::kHello, 0, hello.dump());
    });
    std::ofstream(gateway.folder() + "/token") << "secret";
    std::ofstream(gateway.folder() + "/gw.json") << "{}";
    try {
      SparkSession::join(gateway.folder())->require_this_build();
      FAIL();
    } catch (const WorkerError& failure) {
      EXPECT_EQ(std::string(failure.what()),
                "the Spark application runs the insitu-jvm.jar of " +
                    std::string(says ? "0.0.9 of yesterday" : "an older version") +
                    ", and this engine is " + source_version() +
                    "; end it (`rxStopEngine`, insitu spark stop) and connect again with the "_named
                    "jar of this engine");
    }
  }
}

}  // namespace
}  // namespace insitu
