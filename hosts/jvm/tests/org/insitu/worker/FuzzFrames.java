package org.insitu.worker;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads frames and blocks of rows out of bytes that are almost right, a fixed number from a fixed seed.
 * A reader says ProtocolException, or reads what is there; it throws nothing else, and takes no more
 * memory than the bytes that came are worth.
 */
public final class FuzzFrames {
  private static final long SEED = 20;
  private static final int INPUTS = 200_000;
  private static final int INPUTS_OF_LINES = 5_000;
  /** A reader copies what it reads, and a number of bytes becomes an object of Java's. */
  private static final long BYTES_PER_BYTE = 64;
  private static final long BYTES_EVER = 1 << 20;
  private static final Set<String> SELECTED = Set.of(ColumnType.CHARACTER.typeName(),
      ColumnType.NUMERIC.typeName(), ColumnType.INT64.typeName());

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Random random = new Random(SEED);
  private int read;
  private int refused;

  private interface Reader {
    void read(byte[] bytes) throws IOException;
  }

  public static void main(String[] arguments) throws IOException {
    new FuzzFrames().all();
  }

  private void all() throws IOException {
    byte[] block = block(200);
    byte[] frame =
        new Frame(FrameType.OUT, 7, Json.bytes(Json.object().put("split", 3)), block).encode();
    readsItself(block);
    run("frames", frame, INPUTS, bytes -> {
      ByteBuffer from = ByteBuffer.wrap(bytes);
      while (from.hasRemaining()) Frame.decode(from).document();
    });
    run("frames in files", frame, INPUTS, bytes -> {
      InputStream from = new ByteArrayInputStream(bytes);
      for (Frame one; (one = Frame.read(from)) != null;) one.document();
    });
    byte[] small = new Frame(FrameType.BLOCK, 7,
        Json.bytes(Json.object().put("split", 3).put("firstRow", 98_304).put("last", true)),
        new byte[8]).encode();
    run("documents of frames", small, INPUTS, bytes -> Frame.documentOf(bytes));
    run("blocks", block, INPUTS, this::readAll);
    selectsColumns(block, frame);
    run("columns of blocks", frame, INPUTS, bytes -> BlockColumns.select(bytes, SELECTED));
    lines(frame);
  }

  /** A frame with some of its columns says of each what the whole one says. */
  private static void selectsColumns(byte[] block, byte[] frame) throws IOException {
    Frame some = Frame.decode(ByteBuffer.wrap(BlockColumns.select(frame, SELECTED)));
    BlockReader whole = new BlockReader(block);
    BlockReader part = new BlockReader(some.payload());
    boolean same = some.document().equals(Json.object().put("split", 3))
        && part.rows() == whole.rows() && part.columnCount() == SELECTED.size();
    for (int c = 0, of = 0; same && c < part.columnCount(); c++, of++) {
      while (!SELECTED.contains(whole.column(of).name())) of++;
      same = equal(part.column(c), whole.column(of), whole.rows());
    }
    if (!same) throw new AssertionError("some columns of a block are not those of the whole one");
    Set<String> all = Arrays.stream(ColumnType.values()).map(ColumnType::typeName)
        .collect(Collectors.toSet());
    if (BlockColumns.select(frame, all) != frame) {
      throw new AssertionError("a block of which all columns are wanted was copied");
    }
  }

  private static boolean equal(BlockReader.Column one, BlockReader.Column other, int rows) {
    boolean same = one.name().equals(other.name()) && one.type() == other.type();
    for (int row = 0; same && row < rows; row++) {
      same = one.isMissing(row) == other.isMissing(row) && (one.type() == ColumnType.CHARACTER
          ? Arrays.equals(one.array(), one.stringBegin(row), one.stringBegin(row)
              + one.stringSize(row), other.array(), other.stringBegin(row),
              other.stringBegin(row) + other.stringSize(row))
          : one.type().width() != 8 || one.getLong(row) == other.getLong(row));
    }
    return same;
  }

  private void run(String what, byte[] right, int inputs, Reader reader) {
    read = 0;
    refused = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] bytes = Mutations.of(right, random);
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      try {
        reader.read(bytes);
        read++;
      } catch (ProtocolException said) {
        refused++;
      } catch (IOException | RuntimeException | Error wrong) {
        throw new AssertionError(what + ", input " + i + ": " + Arrays.toString(bytes), wrong);
      }
      long taken = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      if (taken > BYTES_EVER + BYTES_PER_BYTE * bytes.length) {
        throw new AssertionError(what + ", input " + i + " of " + bytes.length + " bytes took "
            + taken + " bytes of memory: " + Arrays.toString(bytes));
      }
    }
    // Inputs of which all are refused, or none, would test nothing.
    if (read < inputs / 1000 || refused < inputs / 10) {
      throw new AssertionError(what + ": " + read + " read, " + refused + " refused");
    }
    System.out.println(what + ": " + read + " read, " + refused + " refused");
  }

  /** A block of all types, with missing values and levels. */
  private byte[] block(int rows) {
    BlockWriter writer = new BlockWriter(
        Arrays.stream(ColumnType.values()).map(ColumnType::typeName).toList(),
        Arrays.asList(ColumnType.values()));
    for (int row = 0; row < rows; row++) {
      for (ColumnType type : ColumnType.values()) {
        ColumnBuilder column = writer.column(type.ordinal());
        if (row % 7 == 3) {
          column.setMissing(row);
          continue;
        }
        switch (type) {
          case LOGICAL -> column.setLogical(row, row % 2 == 0);
          case INT16, UINT16 -> column.setShort(row, (short) row);
          case INTEGER, FACTOR, ORDERED -> column.setInt(row, row);
          case INT64 -> column.setLong(row, row * 10_000_000_000L);
          case FLOAT32 -> column.setFloat(row, row / 4f);
          case NUMERIC, DATE, POSIXCT -> column.setDouble(row, row / 8.0);
          case CHARACTER -> {
            int size = row % 5;
            int at = column.addString(row, size);
            Arrays.fill(column.textBytes(), at, at + size, (byte) ('a' + row % 26));
          }
        }
      }
      writer.added(1);
    }
    byte[] block = new byte[writer.size()];
    writer.finish(block, 0);
    return block;
  }

  private static void readsItself(byte[] bytes) throws IOException {
    BlockReader block = new BlockReader(bytes);
    for (ColumnType type : ColumnType.values()) {
      BlockReader.Column column = block.column(type.ordinal());
      check(column.type() == type && column.name().equals(type.typeName()), type);
      for (int row = 0; row < block.rows(); row++) {
        check(column.isMissing(row) == (row % 7 == 3), type);
        if (column.isMissing(row)) continue;
        check(switch (type) {
          case LOGICAL -> column.getLogical(row) == (row % 2 == 0);
          case INT16, UINT16 -> column.getShort(row) == row;
          case INTEGER, FACTOR, ORDERED -> column.getInt(row) == row;
          case INT64 -> column.getLong(row) == row * 10_000_000_000L;
          case FLOAT32 -> column.getFloat(row) == row / 4f;
          case NUMERIC, DATE, POSIXCT -> column.getDouble(row) == row / 8.0;
          case CHARACTER -> column.stringSize(row) == row % 5 && (row % 5 == 0
              || column.array()[column.stringBegin(row)] == 'a' + row % 26);
        }, type);
      }
    }
  }

  private static void check(boolean holds, ColumnType type) {
    if (!holds) throw new AssertionError("a block does not read as it was written: " + type);
  }

  private long sum; // so that nothing is read in vain

  private void readAll(byte[] bytes) throws IOException {
    BlockReader block = new BlockReader(bytes);
    for (int c = 0; c < block.columnCount(); c++) {
      BlockReader.Column column = block.column(c);
      for (int row = 0; row < block.rows(); row++) {
        if (column.isMissing(row)) continue;
        switch (column.type()) {
          case LOGICAL -> column.getLogical(row);
          case INT16, UINT16 -> column.getShort(row);
          case INTEGER, FACTOR, ORDERED -> column.getInt(row);
          case INT64 -> column.getLong(row);
          case FLOAT32 -> column.getFloat(row);
          case NUMERIC, DATE, POSIXCT -> column.getDouble(row);
          case CHARACTER -> {
            int last = column.stringBegin(row) + column.stringSize(row) - 1;
            if (column.stringSize(row) > 0) sum += column.array()[last];
          }
        }
      }
    }
  }

  /** The same over sockets, where bytes come in pieces and a line may end anywhere. */
  private void lines(byte[] frame) throws IOException {
    Path folder = Files.createTempDirectory("fuzz");
    Path socket = folder.resolve("s");
    int ended = 0;
    int whole = 0;
    refused = 0;
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      for (int i = 0; i < INPUTS_OF_LINES; i++) {
        byte[] bytes = i % 10 == 0 ? frame : Mutations.of(frame, random);
        try (SocketChannel from = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            FrameLine line = new FrameLine(server.accept())) {
          ByteBuffer all = ByteBuffer.wrap(bytes);
          while (all.hasRemaining()) { // fits the buffer of a socket
            all.limit(Math.min(bytes.length, all.position() + 1 + random.nextInt(bytes.length)));
            from.write(all);
            all.limit(bytes.length);
          }
          from.shutdownOutput();
          Frame read = line.read();
          whole++;
          if (i % 10 == 0
              && !Arrays.equals(read.payload(), Frame.decode(ByteBuffer.wrap(frame)).payload())) {
            throw new AssertionError("a frame does not read as it was written");
          }
        } catch (EOFException early) {
          ended++;
        } catch (ProtocolException said) {
          refused++;
        }
      }
    } finally {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    }
    if (whole < INPUTS_OF_LINES / 10 || ended == 0 || refused == 0) {
      throw new AssertionError(
          "lines: " + whole + " read, " + ended + " ended, " + refused + " refused");
    }
    System.out.println("lines: " + whole + " read, " + ended + " ended, " + refused + " refused");
  }
}
