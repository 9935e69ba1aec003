#pragma once
// An ssh server of the test's own (tests/loopback_sshd.py).
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

namespace insitu {

class Loopback {
 public:
  Loopback() {
    std::string pattern = ::testing::TempDir() + "insitu-remote-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    const auto ready = folder_ + "/ready";
    end_ = ::popen(
        ("exec python3 " INSITU_SOURCE_DIR "/tests/loopback_sshd.py --ready " + ready).c_str(),
        "we");
    for (int i = 0; i < 3000 && !std::filesystem::exists(ready); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::ifstream(ready) >> about_;
  }
  ~Loopback() {
    ::pclose(end_);
    std::filesystem::remove_all(folder_);
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  /// "": it serves.
  std::string skip() const { return about_.value("skip", ""); }
  std::string text(const char* key) const { return about_.at(key).get<std::string>(); }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  FILE* end_ = nullptr;
  nlohmann::json about_;
};

}  // namespace insitu
