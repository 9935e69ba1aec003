package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.insitu.worker.Json;

/** Tasks lie where most of their bytes do; the name node is asked once; what makes no sense says nothing. */
public final class BlockHostsTest {
  private static final Map<String, BlockLocation[]> FILES = new TreeMap<>(Map.of(
      "/d/a", new BlockLocation[] {block(0, 100, "n1", "n2"), block(100, 100, "n3", "n4")},
      "/d/b c", new BlockLocation[] {block(0, 10, "n4")},
      "/d/other", new BlockLocation[] {block(0, 10, "n9")}));
  private static final List<String> ASKED = new ArrayList<>();

  /** A file system that knows where its files lie. */
  public static final class Told extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("told:///");
    }

    @Override
    public RemoteIterator<LocatedFileStatus> listLocatedStatus(Path place) throws IOException {
      String name = place.toUri().getPath();
      ASKED.add(name);
      List<LocatedFileStatus> found = new ArrayList<>();
      FILES.forEach((file, blocks) -> {
        if (!file.equals(name) && !file.startsWith(name + "/")) return;
        found.add(new LocatedFileStatus(new FileStatus(200, false, 1, 100, 0, new Path("told", "", file)), blocks));
      });
      if (found.isEmpty()) throw new FileNotFoundException(name);
      Iterator<LocatedFileStatus> each = found.iterator();
      return new RemoteIterator<>() {
        @Override
        public boolean hasNext() {
          return each.hasNext();
        }

        @Override
        public LocatedFileStatus next() {
          return each.next();
        }
      };
    }
  }

  private static BlockLocation block(long offset, long length, String... hosts) {
    return new BlockLocation(hosts, hosts, offset, length);
  }

  private static void check(String reads, String expected, String... asked) throws IOException {
    ASKED.clear();
    Configuration configuration = new Configuration(false);
    configuration.setClass("fs.told.impl", Told.class, Told.class);
    ArrayNode tasks = Json.parseArray(reads.getBytes(StandardCharsets.UTF_8));
    BlockHosts hosts = new BlockHosts(configuration, tasks);
    ArrayNode found = Json.array();
    tasks.forEach(task -> found.add(hosts.best(task)));
    if (!found.toString().equals(expected)) throw new AssertionError(reads + ": " + found + ", not " + expected);
    if (!ASKED.equals(List.of(asked))) throw new AssertionError(reads + ": asked for " + ASKED);
  }

  public static void main(String[] arguments) throws IOException {
    check("[[[\"told:///d/a\", 0, 150]]]", "[[\"n1\",\"n2\",\"n3\"]]", "/d/a");
    check("[[[\"told:///d/a\", 0, 60]], [[\"told:///d/a\", 100, 100]], [[\"told:///d/a\", 200, 5]]]",
        "[[\"n1\",\"n2\"],[\"n3\",\"n4\"],[]]", "/d/a");
    check("[[[\"told:///d/a\", 190, 10], [\"told:///d/b c\", 0, 10]], [[\"told:///d/none\", 0, 1]]]",
        "[[\"n4\",\"n3\"],[]]", "/d");
    check("[[[\"told:///e/none\", 0, 1]], [[\"told:///d/b c\", 0, 1]]]", "[[],[\"n4\"]]", "/e/none", "/d/b c");
    // A number that no file has, and what is no reading.
    check("[[[\"told:///d/a\", -5, 10]], [[\"told:///d/a\", 0, -1]], [[\"told:///d/a\", 9223372036854775807, 9223372036854775807]]]",
        "[[],[],[]]", "/d/a");
    check("[[[\"told:///d/a\", 150, 9223372036854775807]], [[\"told:///d/a\", 1e300, 1e300]]]", "[[\"n3\",\"n4\"],[]]", "/d/a");
    check("[[[\"told:///d/a\"]], [[\"told:///d/a\", \"x\", {}]]]", "[[],[]]", "/d/a");
    check("[1, null, \"text\", {}, [1, null, [], {}, [5, 0, 1], [\"\", 0, 1], [\"relative\", 0, 1], [\"none://x/y\", 0, 1], [\"/d/a\", 0, 1],"
        + " [\"told:///\", 0, 1], [\"told:\", 0, 1]]]", "[[],[],[],[],[]]");
    check("[]", "[]");
    System.out.println("places of blocks");
  }
}
