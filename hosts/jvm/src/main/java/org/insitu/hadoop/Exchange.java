package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.insitu.gateway.Call;
import org.insitu.gateway.FileTasks;
import org.insitu.gateway.RangePieces;
import org.insitu.gateway.TaskResult;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/**
 * EXCHANGE: the rows of a source by ranges of groups, through the shuffle of one job. What its reducers write stays until the client
 * drops it; EXEC gives each task the rows of a range.
 */
final class Exchange implements JobRun.Taker {
  /** Rows of so much are brought together by one reducer. */
  private static final long BYTES_OF_REDUCER = 256L << 20;

  /** Where the rows of a range are. */
  record Rows(Path file, long offset, long length) {}

  /** What was exchanged: by a job in this runner, and the rows of the ranges that have any. */
  record Exchanged(Runner runner, Share share, int ranges, List<Path> files, Map<Integer, Rows> rows) {
    void drop() throws IOException {
      for (Path file : files) share.drop(file);
    }
  }

  private final Call call;
  private final Share share;
  private final List<Path> files = new ArrayList<>();
  private final Map<Integer, Rows> rows = new HashMap<>();
  private long count;

  private Exchange(Call call, Share share) {
    this.call = call;
    this.share = share;
  }

  static Exchanged run(Call call, Engine engine) throws IOException {
    RangePieces pieces = RangePieces.of(call);
    FileTasks tasks = FileTasks.of(call);
    int count = tasks.inputs().size();
    int reducers = reducers(call, engine, pieces.ranges());
    Runner runner = Runner.choose(call, engine, count, reducers);
    Exchange exchange = new Exchange(call, engine.share(runner));
    if (count > 0) {
      Work pass = FilePasses.work(call, engine, tasks, runner, null);
      ObjectNode plan = pass.plan().document().put("ranges", pieces.ranges());
      runner = new JobRun(call, engine, new Work(ExchangeMapper.class, new Frame(FrameType.TASK, 0, Json.bytes(plan), pass.plan().payload()),
          pass.entries(), Map.of(), new Work.ToRanges(pieces.ranges(), reducers), false), exchange).run(runner);
    }
    call.reply(Json.object().put("rows", exchange.count).put("reducers", reducers).put("runner", runner.toString()));
    return new Exchanged(runner, exchange.share, pieces.ranges(), exchange.files, exchange.rows);
  }

  private static int reducers(Call call, Engine engine, int ranges) throws IOException {
    long bytes = call.arguments().path("bytes").asLong(-1);
    long wanted = bytes < 0 ? engine.parallelism() : bytes / BYTES_OF_REDUCER + 1;
    return (int) Math.min(ranges, Math.min(wanted, engine.parallelism()));
  }

  @Override
  public int take(int place, DataInputStream result) throws IOException {
    return TaskResult.read(result, this::hear);
  }

  private void hear(Frame frame) throws IOException {
    if (frame.type() == FrameType.END) {
      count += frame.document().path("rows").asLong();
    } else {
      call.forward(frame);
    }
  }

  @Override
  public void takeMerged(RunFolder folder, RunFolder.Result result) throws IOException {
    List<RangeWriter.Part> parts = folder.parts(result);
    Path file = share.adopt(result.path());
    files.add(file);
    for (RangeWriter.Part part : parts) rows.put(part.range(), new Rows(file, part.offset(), part.length()));
  }

  @Override
  public void look(int running) throws IOException {
    call.throwIfCancelled();
  }

  @Override
  public void again(boolean all) {
    count = 0; // there are reducers, so it is all
  }
}
