package org.insitu.worker;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Names of files as the engine spells them. A name without a scheme is one of this machine, here as
 * in every other compute context, whatever the cluster's default file system is.
 */
public final class FilePath {
  private FilePath() {}

  /** Throws IOException for a name that means no file. */
  public static Path of(String name) throws IOException {
    if (name.isEmpty()) throw new IOException("a file without a name was asked for");
    // Only names that begin with a slash are spared Hadoop's search for a scheme.
    if (name.startsWith("/")) return new Path("file", null, name);
    Path path = new Path(name);
    if (path.toUri().getScheme() == null) {
      throw new IOException("the path of a file must be absolute");
    }
    return path;
  }

  /**
   * The file system of a path. This machine's is used as it is, without Hadoop's checksums beside the
   * files, which the engine does not make and which would keep names with a colon out.
   */
  public static FileSystem system(Path path, Configuration configuration) throws IOException {
    return "file".equals(path.toUri().getScheme()) ? FileSystem.getLocal(configuration).getRaw()
        : path.getFileSystem(configuration);
  }

  /** The caller's own spelling: what was asked without a scheme is answered without one. */
  public static String spelledLike(String asked, Path path) {
    return asked.startsWith("/") ? path.toUri().getPath() : path.toString();
  }
}
