package org.insitu.worker;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Names of files as the engine spells them. A name without a scheme is one of this machine, here as
 * in every other compute context, whatever the cluster's default file system is.
 */
public final class FilePath {
  /**
   * The key of the file system that a name without a host means (`hdfs:///file`), where
   * `fs.defaultFS` has been set to this machine's for a run on it.
   */
  private static final String CONFIGURED = "insitu.fs.configured";

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

  /** The same with the host that a name without one means. */
  public static Path of(String name, Configuration configuration) throws IOException {
    return withHost(of(name), configuration);
  }

  /** The same path, or the one with a host that is meant. */
  public static Path withHost(Path path, Configuration configuration) {
    URI name = path.toUri();
    String configured = configuration.get(CONFIGURED);
    if (configured == null || name.getScheme() == null || name.getAuthority() != null) return path;
    URI meant = new Path(configured).toUri();
    if (!name.getScheme().equals(meant.getScheme()) || meant.getAuthority() == null) return path;
    return new Path(meant.getScheme(), meant.getAuthority(), name.getPath());
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
