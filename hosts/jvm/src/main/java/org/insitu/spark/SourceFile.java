package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.insitu.gateway.UserError;

/**
 * The file that a partition is read from, as it was when its footer was read. `firstRow`: its first
 * row's number in the data.
 */
record SourceFile(String path, long size, long modified, long firstRow) implements Serializable {

  /** Throws where another file lies there now: rows of two files would be one answer. */
  void check() {
    try {
      Path place = new Path(path);
      FileStatus now = place.getFileSystem(SparkHadoopUtil.get().conf()).getFileStatus(place);
      if (now.getLen() == size && now.getModificationTime() == modified) return;
    } catch (java.io.FileNotFoundException gone) {
      // Another state, too.
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    throw UserError.data("the file changed while it was read: " + path + "; run the call again "
        + "when nobody writes there");
  }

  /** The same items; the file is looked at before the first and after the last. */
  Iterator<byte[]> checked(Iterator<byte[]> items) {
    check();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public byte[] next() {
        byte[] item = items.next();
        if (!items.hasNext()) check();
        return item;
      }
    };
  }
}
