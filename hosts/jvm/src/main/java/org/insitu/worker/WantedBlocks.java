package org.insitu.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The BLOCK frames of those splits that a task wants, out of all that a partition holds, with the
 * columns that it wants. Every split must be there to its last block.
 */
public final class WantedBlocks implements Iterator<byte[]> {
  private final Iterator<byte[]> all;
  private final long[] wanted;
  private final Set<String> columns; // null: all
  private int finished;
  private byte[] ahead;

  public WantedBlocks(Iterator<byte[]> all, long[] wanted, Set<String> columns) {
    this.all = all;
    this.wanted = wanted;
    this.columns = columns;
  }

  @Override
  public boolean hasNext() {
    while (ahead == null && finished < wanted.length) {
      if (!all.hasNext()) {
        throw new IllegalStateException(
            "the data no longer hold split " + wanted[finished] + "; open them again");
      }
      byte[] frame = all.next();
      ObjectNode block = documentOf(frame);
      if (Arrays.binarySearch(wanted, block.path("split").asLong()) < 0) continue;
      if (block.path("last").asBoolean()) finished++;
      ahead = columns == null ? frame : selected(frame);
    }
    return ahead != null;
  }

  private byte[] selected(byte[] frame) {
    try {
      return BlockColumns.select(frame, columns);
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  private static ObjectNode documentOf(byte[] frame) {
    try {
      return Frame.documentOf(frame);
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  @Override
  public byte[] next() {
    if (!hasNext()) throw new NoSuchElementException();
    byte[] frame = ahead;
    ahead = null;
    return frame;
  }
}
