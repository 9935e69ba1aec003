package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.IOException;
import org.insitu.gateway.Call;
import org.insitu.gateway.FileTasks;
import org.insitu.gateway.MergeRanges;
import org.insitu.gateway.PassReport;
import org.insitu.gateway.StateSizes;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;

/** RUN_PASS: one pass over the data is one job; the states go to the client, which merges them. */
final class Passes implements JobRun.Taker {
  private final PassReport report;
  private int done;

  private Passes(PassReport report) {
    this.report = report;
  }

  static void run(Call call, Engine engine) throws IOException {
    FileTasks tasks = FileTasks.of(call);
    int count = tasks.inputs().size();
    String kind = StateSizes.kind(call);
    String method = call.arguments().path("reduce").asText("auto");
    if (method.equals("auto")) method = engine.settings().reduceMethod();
    MergeRanges ranges = Reduction.choose(method, count, tasks.lastSplit(), engine.stateSizes().largest(kind));
    PassReport report = new PassReport(call, count, tasks.splits());
    Passes passes = new Passes(report);
    Runner runner = Runner.choose(call, engine, count, ranges == null ? 0 : ranges.count());
    ObjectNode answer = null;
    if (count > 0) {
      JobRun run = new JobRun(call, engine, FilePasses.work(call, engine, tasks, runner, ranges), passes);
      runner = run.run(runner);
      report.tell(passes.done);
      engine.stateSizes().remember(kind, report.largest());
      answer = report.answer(ranges == null ? 1 : 2);
      ArrayNode jobs = answer.putArray("jobs");
      run.jobs().forEach(jobs::add);
    } else {
      answer = report.answer(1);
    }
    call.reply(answer.put("reducers", ranges == null ? 0 : ranges.count()).put("runner", runner.toString()));
  }

  @Override
  public int take(int place, DataInputStream result) throws IOException {
    int attempt = TaskResult.read(result, report::hear);
    if (attempt >= 0) done++;
    report.addRetries(Math.max(0, attempt));
    return attempt;
  }

  @Override
  public void takeMerged(RunFolder folder, RunFolder.Result result) throws IOException {
    try (DataInputStream stream = folder.open(result)) {
      int attempt = TaskResult.read(stream, report::hear);
      if (attempt < 0) throw new UserError(ErrorCode.WORKER, "a reducer that had met an error was lost before it could tell it");
      report.addRetries(attempt);
    }
  }

  @Override
  public void look(int running) throws IOException {
    report.look(done);
  }

  @Override
  public void again(boolean all) {
    report.addRetries(1);
    if (!all) return;
    done = 0;
    report.restart();
  }
}
