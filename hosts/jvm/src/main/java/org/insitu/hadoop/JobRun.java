package org.insitu.hadoop;

import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.insitu.gateway.Call;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;

/**
 * Brings the work of a call to its end, as one job of Hadoop's; or as two, where the machines failed the first and Hadoop itself did
 * not try again. Results are taken on the calling thread, as they appear in the folder of the job. When all are there the work is done,
 * and nobody waits for the master of the job to leave.
 */
final class JobRun {
  private static final long LOCAL_PAUSE_MILLISECONDS = 10;
  private static final long PAUSE_MILLISECONDS = 100;
  /** So long after an error a task of a lower split, whose error would count, may still come to its own. */
  private static final long GRACE_NANOSECONDS = TimeUnit.SECONDS.toNanos(2);
  private static final long SILENCE_SECONDS = 90; // of the ResourceManager
  private static final long LAST_WORDS_MILLISECONDS = 1500;

  /** Takes what comes of a job. Places count the tasks of the work, whichever job they run in. */
  interface Taker {
    /** The result of a task; returns the number of its attempt, less than 0 where it was left out. Throws the user's error. */
    int take(int place, DataInputStream result) throws IOException;

    /** The result of a reducer, once all are there. */
    default void takeMerged(RunFolder folder, RunFolder.Result result) throws IOException {
      throw new IllegalStateException("there is no reducer");
    }

    /** A task that has failed for good, in a job that goes on without it. */
    default void lost(int place, String why) throws IOException {
      throw new IllegalStateException("a task is missing: " + why);
    }

    /** Results are wanted in the order of their places. */
    default boolean inOrder() {
      return false;
    }

    /** From time to time: so many tasks run now. */
    void look(int running) throws IOException;

    /** What is still to come is not needed. */
    default boolean isEnough() {
      return false;
    }

    /** Another job takes up what the machines have failed: what is missing, or all of it from its beginning. */
    default void again(boolean all) {}
  }

  private final Call call;
  private final Engine engine;
  private final Work work;
  private final Taker taker;
  private final List<String> jobs = new ArrayList<>();
  private int turn; // the next place, where results are wanted in order

  JobRun(Call call, Engine engine, Work work, Taker taker) {
    this.call = call;
    this.engine = engine;
    this.work = work;
    this.taker = taker;
  }

  /** The machines have failed a job. */
  private static final class JobFailed extends IOException {
    private static final long serialVersionUID = 1;

    private final UserError told;
    private final boolean anyRunner; // will do for another attempt

    JobFailed(UserError told, boolean anyRunner) {
      super(told.getMessage());
      this.told = told;
      this.anyRunner = anyRunner;
    }
  }

  /** Returns once all is there. `first`: what to run in. Throws UserError, of several the one of the lowest split. */
  Runner run(Runner first) throws IOException {
    Set<Integer> missing = new HashSet<>(IntStream.range(0, work.entries().size()).boxed().toList());
    Runner runner = first;
    for (boolean again = false; !missing.isEmpty(); again = true) {
      try {
        once(runner, missing);
        return runner;
      } catch (JobFailed failure) {
        Runner next = again ? null : failure.anyRunner ? runner : runner.afterFailure();
        if (next == null) throw failure.told;
        System.err.println("insitu: once more, in " + next + ": " + failure.told.getMessage());
        runner = next;
        // What maps have given reducers is gone with the job.
        if (work.reducers() > 0) missing = new HashSet<>(IntStream.range(0, work.entries().size()).boxed().toList());
        taker.again(work.reducers() > 0);
      }
    }
    return runner;
  }

  /** The names of the jobs, for people who look for them in YARN. */
  List<String> jobs() {
    return jobs;
  }

  private void once(Runner runner, Set<Integer> missing) throws IOException {
    int[] places = missing.stream().mapToInt(Integer::intValue).sorted().toArray();
    try (RunFolder folder = engine.share(runner).newRun()) {
      RunningJob job = Submission.submit(call, engine, runner, work, places, folder);
      jobs.add(job.name());
      boolean over = false;
      engine.begins(job);
      try {
        over = new Following(job, runner, folder, places, missing).run();
      } finally {
        if (!over) job.kill();
        job.close();
        engine.ended(job);
      }
    }
  }

  /** One job, from its submission to its end. */
  private final class Following {
    private final RunningJob job;
    private final RunFolder folder;
    private final int[] places;
    private final Set<Integer> missing;
    private final Set<String> seen = new HashSet<>();
    private final List<RunFolder.Result> merged = new ArrayList<>();
    private final Map<Integer, RunFolder.Result> held = new TreeMap<>(); // until it is their turn
    private final QueuePatience patience;
    private final boolean local;
    private final boolean uber;
    private final boolean tolerant;
    private UserError error;
    private int errorPlace;
    private long errorTime;
    private boolean skipped;
    private boolean failed; // for good, whether or not the ResourceManager knows it yet
    private long answered = System.nanoTime();
    private RunningJob.State state = new RunningJob.State(false, false, false, true, 0, "");

    Following(RunningJob job, Runner runner, RunFolder folder, int[] places, Set<Integer> missing) {
      this.job = job;
      this.folder = folder;
      this.places = places;
      this.missing = missing;
      local = runner == Runner.LOCAL;
      uber = runner == Runner.UBER;
      tolerant = work.tolerant();
      patience = new QueuePatience(call, job, engine.settings().queuePatience());
    }

    /** Whether the job ends by itself now. */
    boolean run() throws IOException {
      for (;;) {
        ask();
        collect(); // after the state: what a job that has ended has left is all there
        if (missing.isEmpty() && merged.size() == work.reducers() && error == null) break;
        call.throwIfCancelled();
        if (error != null && isErrorFinal()) {
          collect();
          throw error;
        }
        if (taker.isEnough()) return false;
        if (state.ended() || failed) {
          finishFailed();
          return true;
        }
        taker.look(state.running());
        if (!local) patience.look(state, !seen.isEmpty());
        pause();
      }
      merged.sort(Comparator.comparingInt(RunFolder.Result::task));
      for (RunFolder.Result result : merged) taker.takeMerged(folder, result);
      return true;
    }

    private void ask() throws IOException {
      try {
        state = job.state();
        answered = System.nanoTime();
      } catch (IOException failure) {
        if (System.nanoTime() - answered < TimeUnit.SECONDS.toNanos(SILENCE_SECONDS)) return;
        throw new UserError(ErrorCode.WORKER, "the ResourceManager of YARN has not answered for " + SILENCE_SECONDS
            + " seconds: " + Failures.said(failure));
      }
    }

    private void collect() throws IOException {
      RunFolder.Listing there;
      try {
        there = folder.list();
      } catch (FileNotFoundException gone) {
        call.throwIfCancelled();
        throw new UserError(ErrorCode.WORKER, "the folder of the job was removed while it ran: " + gone.getMessage());
      }
      failed |= uber && there.failure(); // a master does not try its own tasks again
      for (RunFolder.Result result : there.results()) {
        if (!seen.add(result.path().getName())) continue;
        if (result.reducer()) {
          merged.add(result);
        } else if (result.task() < places.length) {
          held.put(places[result.task()], result);
        }
      }
      if (taker.inOrder()) {
        for (RunFolder.Result result; error == null && (result = held.remove(turn)) != null; turn++) take(result, turn, taker::take);
        if (!there.error()) return;
        // What follows is not wanted any more, but for the error.
        for (int place : List.copyOf(held.keySet())) take(held.remove(place), place, Following::skim);
      } else {
        for (int place : List.copyOf(held.keySet())) take(held.remove(place), place, taker::take);
      }
    }

    private interface Reader {
      int read(int place, DataInputStream result) throws IOException;
    }

    private void take(RunFolder.Result result, int place, Reader reader) throws IOException {
      try (DataInputStream stream = folder.open(result)) {
        if (reader.read(place, stream) < 0) {
          skipped = true;
          return;
        }
        missing.remove(place);
      } catch (UserError found) {
        missing.remove(place);
        if (error == null) errorTime = System.nanoTime();
        UserError before = error;
        error = UserError.first(error, found);
        if (error != before) errorPlace = place;
      }
      folder.remove(result);
    }

    private static int skim(int place, DataInputStream result) throws IOException {
      return TaskResult.read(result, frame -> { });
    }

    private boolean isErrorFinal() {
      return state.ended() || System.nanoTime() - errorTime > GRACE_NANOSECONDS
          || missing.stream().noneMatch(place -> place < errorPlace);
    }

    /** It has ended, and not all is there. */
    private void finishFailed() throws IOException {
      if (error != null) throw error;
      if (state.killed()) {
        throw new UserError(ErrorCode.WORKER, "the job " + job.name() + " was ended by somebody else: " + state.why());
      }
      List<RunFolder.Failure> failures = folder.failures();
      if (failures.isEmpty()) waitForLastWords();
      if (tolerant && !skipped && allExplained(failures)) {
        for (int place : List.copyOf(missing)) taker.lost(place, why(failures, place));
        missing.clear();
        return;
      }
      String told = failures.isEmpty() ? null : failures.get(failures.size() - 1).why();
      if (skipped && told == null) told = "a task that had met an error was lost before it could tell it";
      throw new JobFailed(Failures.ofJob(told, job.diagnostics(), state.why()), skipped);
    }

    private boolean allExplained(List<RunFolder.Failure> failures) {
      return state.succeeded() || missing.stream().allMatch(place -> failures.stream().anyMatch(failure ->
          failure.task() < places.length && places[failure.task()] == place));
    }

    private String why(List<RunFolder.Failure> failures, int place) {
      for (RunFolder.Failure failure : failures) {
        if (failure.task() < places.length && places[failure.task()] == place) return failure.why();
      }
      RunningJob.Said said = job.diagnostics();
      return Failures.isOverMemory(said) ? Failures.overMemory(said) : "its container was lost";
    }

    /** The master tells why attempts failed for a moment longer than the job lives. */
    private void waitForLastWords() {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_WORDS_MILLISECONDS);
      while (!local && job.diagnostics().text().isEmpty() && System.nanoTime() < end) pause();
    }

    private void pause() {
      try {
        TimeUnit.MILLISECONDS.sleep(local ? LOCAL_PAUSE_MILLISECONDS : PAUSE_MILLISECONDS);
      } catch (InterruptedException interrupt) {
        call.cancel();
      }
    }
  }
}
