#pragma once
// What one call asks of the workers of a crew, whatever it is: workers are started, greeted, heard,
// replaced, cancelled. What they are given and what they answer is the kinds' own
// (worker_round.hpp, task_round.hpp).
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/control.hpp"
#include "contexts/worker_seat.hpp"

namespace insitu {

class CrewRound {
 public:
  CrewRound(const CrewRound&) = delete;
  CrewRound& operator=(const CrewRound&) = delete;

 protected:
  using Clock = WorkerSeat::Clock;

  CrewRound(WorkerCrew& crew, RunControl& control);
  virtual ~CrewRound() = default;

  /// Until nothing waits and nothing runs; after a failure running tasks are cancelled.
  void run_all();

  /// Gives what waits to seats that are free.
  virtual void hand_out() = 0;
  /// Something waits to be given out.
  virtual bool waiting() const = 0;
  /// A frame of the task that the seat has.
  virtual void handle(WorkerSeat& seat, Frame& frame) = 0;
  /// The seat's worker was lost with its task: takes it from the seat.
  virtual void again(WorkerSeat& seat, const std::string& reason) = 0;
  /// Looked at after every frame that came, and every 50 ms.
  virtual void watch(WorkerSeat&) {}

  /// As many places as are wanted, at most those of the crew.
  void make_seats(std::size_t wanted);
  /// A worker that can be given something is there; starts one where none is.
  bool ready(WorkerSeat& seat);
  /// Sends TASK; `heartbeat`: how often the worker says that it lives.
  void send_task(WorkerSeat& seat, SeatTask& task, nlohmann::json document,
                 std::string_view payload, std::chrono::milliseconds heartbeat);
  /// How often a worker says that it lives, so that its silence tells something.
  std::chrono::milliseconds usual_heartbeat() const;
  /// Ends the process of a seat, and what it is doing.
  static void end(WorkerSeat& seat);
  void log(const nlohmann::json& message);
  /// What an ERROR frame says, thrown.
  [[noreturn]] static void throw_failure(const nlohmann::json& error);
  /// The same, but where another attempt may help the task is given out again.
  void again_or_throw(WorkerSeat& seat, const nlohmann::json& error);
  /// A frame that the task's worker should not have sent.
  [[noreturn]] static void refuse(const WorkerSeat& seat, const Frame& frame);

  WorkerCrew& crew_;
  RunControl& control_;
  bool show_errors_ = true;  ///< what workers say on standard error goes to the caller's console

 private:
  void start(WorkerSeat& seat);
  void wait(std::chrono::milliseconds patience);
  void hear(WorkerSeat& seat);

  /// One that does not greet was perhaps stopped before it could: another gets its place, until
  /// the program itself must be what is wrong.
  void await_greeting(WorkerSeat& seat);

  /// A worker that computes says so every now and then; one that is stopped is ended and its task
  /// given to another.
  void listen(WorkerSeat& seat);
  void take(WorkerSeat& seat, Frame& frame);
  void greet(WorkerSeat& seat, const Frame& frame);
  void lost(WorkerSeat& seat);

  /// After a failure: running tasks are cancelled; a worker that does not stop at once is ended.
  void settle() noexcept;

  int silent_starts_ = 0;  // workers that never greeted
  int killed_at_start_ = 0;
};

/// A document as a frame carries it.
std::string frame_text(const nlohmann::json& document);

}  // namespace insitu
