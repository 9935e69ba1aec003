package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.insitu.gateway.UserError;
import org.insitu.worker.BlockWriter;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.InvalidText;
import org.insitu.worker.Json;

/**
 * The rows of one partition as BLOCK frames. A block never spans two splits: it ends where a split
 * does, and the last one of a split says so. Rows come one by one or in batches of columns; the
 * blocks are the same.
 */
final class BlockEncoder implements Iterator<byte[]> {
  /** Where a partition's rows come from. */
  private interface Rows {
    /** There is at least one more row. */
    boolean more();

    /** Puts at most `most` rows into the writer; returns how many. REQUIRES: more(). */
    int take(int most);
  }

  private final Cut[] cuts; // null: one split of unknown length
  private final long onlySplit;
  private final SourceFile file; // null: none
  private final List<String> names;
  private final BlockWriter writer;
  private final ColumnEncoder[] encoders;
  private final Rows rows;
  private int cut;
  private long taken; // rows of the split in earlier blocks
  private boolean done;

  private BlockEncoder(List<Field> fields, Cut[] cuts, long onlySplit, SourceFile file,
      java.util.function.Function<BlockEncoder, Rows> rows) {
    this.cuts = cuts;
    this.onlySplit = onlySplit;
    this.file = file;
    names = fields.stream().map(Field::name).toList();
    writer = new BlockWriter(names,
        fields.stream().map(Field::type).toList());
    encoders = fields.stream().map(ColumnEncoder::of).toArray(ColumnEncoder[]::new);
    this.rows = rows.apply(this);
    done = cuts != null && cuts.length == 0;
  }

  /** `fields` with their ordinals in the rows. `cuts`: the splits, or null for one of any length. */
  static BlockEncoder ofRows(List<Field> fields, Cut[] cuts, long onlySplit, SourceFile file,
      Iterator<InternalRow> rows) {
    int[] ordinals = fields.stream().mapToInt(Field::ordinal).toArray();
    return new BlockEncoder(fields, cuts, onlySplit, file, self -> self.new OneByOne(rows, ordinals));
  }

  /** `fields` with their ordinals in the batches. */
  static BlockEncoder ofBatches(List<Field> fields, Cut[] cuts, long onlySplit, SourceFile file,
      Iterator<ColumnarBatch> batches) {
    int[] ordinals = fields.stream().mapToInt(Field::ordinal).toArray();
    return new BlockEncoder(fields, cuts, onlySplit, file,
        self -> self.new InBatches(batches, ordinals));
  }

  @Override
  public boolean hasNext() {
    return !done;
  }

  @Override
  public byte[] next() {
    if (done) throw new NoSuchElementException();
    return cuts == null ? nextOfOne() : nextOfCuts();
  }

  private byte[] nextOfOne() {
    while (writer.rows() < writer.capacity() && rows.more()) {
      rows.take(writer.capacity() - writer.rows());
    }
    done = !rows.more();
    return block(onlySplit, -1, done);
  }

  private byte[] nextOfCuts() {
    Cut split = cuts[cut];
    long size = Math.min(writer.capacity(), split.rows() - taken);
    while (writer.rows() < size) {
      if (!rows.more()) throw changed(split, "fewer");
      rows.take((int) size - writer.rows());
    }
    long first = split.firstRow() + taken;
    taken += size;
    boolean last = taken == split.rows();
    if (last) {
      taken = 0;
      done = ++cut == cuts.length;
      if (done && rows.more()) throw changed(split, "more");
    }
    return block(split.index(), first, last);
  }

  private static RuntimeException changed(Cut split, String how) {
    return new IllegalStateException("a file has changed while it was read: it gave " + how
        + " rows than its footer says, in split " + split.index());
  }

  /** As src/columnar/valid_text.cpp says it. */
  private UserError refused(InvalidText text, int column) {
    String where = "";
    if (cuts != null) {
      long row = cuts[cut].firstRow() + taken + text.row() + 1;
      where = ", row " + (file == null ? row : row - file.firstRow()) + ",";
    }
    return UserError.data("the text in variable '" + names.get(column) + "'" + where
        + " is not valid UTF-8: \"" + text.shown() + "\"; write the data anew with UTF-8 texts, or "
        + "export them as text and name its inputEncoding"
        + (file == null ? "" : ": " + file.path()));
  }

  private byte[] block(long split, long firstRow, boolean last) {
    ObjectNode document = Json.object().put("split", split).put("firstRow", firstRow)
        .put("last", last);
    boolean empty = writer.rows() == 0;
    int size = empty ? 0 : writer.size();
    byte[] json = Json.bytes(document);
    byte[] frame = Frame.withRoom(FrameType.BLOCK, json, size);
    if (!empty) writer.finish(frame, Frame.HEADER_SIZE + json.length);
    return frame;
  }

  private final class OneByOne implements Rows {
    private final Iterator<InternalRow> rows;
    private final int[] ordinals;

    OneByOne(Iterator<InternalRow> rows, int[] ordinals) {
      this.rows = rows;
      this.ordinals = ordinals;
    }

    @Override
    public boolean more() {
      return rows.hasNext();
    }

    @Override
    public int take(int most) {
      int count = 0;
      while (count < most && rows.hasNext()) {
        InternalRow row = rows.next();
        int at = writer.rows();
        for (int c = 0; c < encoders.length; c++) {
          try {
            encoders[c].add(row, ordinals[c], writer.column(c), at);
          } catch (InvalidText text) {
            throw refused(text, c);
          }
        }
        writer.added(1);
        count++;
      }
      return count;
    }
  }

  /**
   * A scan uses one batch again and again, and asking for the next one changes the number of rows of
   * the one at hand: the number is kept, and the question asked only when all rows are taken.
   */
  private final class InBatches implements Rows {
    private final Iterator<ColumnarBatch> batches;
    private final int[] ordinals;
    private ColumnarBatch batch;
    private int from;
    private int size;

    InBatches(Iterator<ColumnarBatch> batches, int[] ordinals) {
      this.batches = batches;
      this.ordinals = ordinals;
    }

    @Override
    public boolean more() {
      while (from == size) {
        if (!batches.hasNext()) return false;
        batch = batches.next();
        from = 0;
        size = batch.numRows();
      }
      return true;
    }

    @Override
    public int take(int most) {
      int count = Math.min(most, size - from);
      int at = writer.rows();
      for (int c = 0; c < encoders.length; c++) {
        try {
          encoders[c].add(batch.column(ordinals[c]), from, count, writer.column(c), at);
        } catch (InvalidText text) {
          throw refused(text, c);
        }
      }
      writer.added(count);
      from += count;
      return count;
    }
  }
}
