package org.insitu.spark;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import org.insitu.worker.Serve;

/**
 * A piece of a file as Spark scans it: the row groups (stripes) in `[start, start + length)`.
 * `partition` is the number that Spark gave to it, which is not its place in the data.
 */
record Piece(String path, long start, long length, long fileSize, long modified, int partition)
    implements Serializable {

  /** The order of the data: by path as bytes, then by position. */
  static final Comparator<Piece> ORDER =
      Comparator.<Piece, byte[]>comparing(p -> p.path.getBytes(StandardCharsets.UTF_8), Serve.PATHS)
          .thenComparingLong(Piece::start);

  /** What tells one state of a file from another. */
  String fileState() {
    return fileState(path, fileSize, modified);
  }

  static String fileState(String path, long fileSize, long modified) {
    return path + "|" + fileSize + "|" + modified;
  }
}
