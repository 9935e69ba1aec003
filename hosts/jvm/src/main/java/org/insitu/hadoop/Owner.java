package org.insitu.hadoop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process, as the names of its folders tell it in a place that many machines may see: PLACE-PID-START. `place` stands for all that
 * count processes with it and see each other's: of the same user, since the same start of the same machine or container.
 */
record Owner(String place, long pid, long start) {
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{32})-([1-9][0-9]{0,17})-([0-9]{1,18})");
  private static final Path PROCESSES = Path.of("/proc");
  /** Fields of /proc/PID/stat behind the name of the program, counted from that of the state. */
  private static final int START_FIELD = 19;

  /** This process; null where the system does not tell enough of it. */
  static Owner self() {
    try {
      long pid = ProcessHandle.current().pid();
      String[] stat = stat(pid);
      return stat == null ? null : new Owner(here(), pid, Long.parseLong(stat[START_FIELD]));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
      return null;
    }
  }

  /** The owner that a name tells of; null: it tells of none. */
  static Owner of(String name) {
    Matcher parts = NAME.matcher(name);
    return parts.matches() ? new Owner(parts.group(1), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3))) : null;
  }

  /** Whether it has ended, and this process can tell. */
  boolean hasEnded() {
    Owner self = self();
    if (self == null || !self.place.equals(place)) return false;
    try {
      String[] stat = stat(pid);
      if (stat == null) return true;
      boolean dead = stat[0].equals("Z") || stat[0].equals("X"); // nobody has asked how it ended
      return dead || Long.parseLong(stat[START_FIELD]) != start; // another has its number now
    } catch (IOException | IllegalArgumentException unknown) {
      return false;
    }
  }

  @Override
  public String toString() {
    return place + "-" + pid + "-" + start;
  }

  private static String here() throws IOException {
    List<String> parts = new ArrayList<>();
    parts.add(Files.readString(PROCESSES.resolve("sys/kernel/random/boot_id")).trim());
    parts.add(Files.readSymbolicLink(PROCESSES.resolve("self/ns/pid")).toString());
    // Where time has namespaces, processes of another one have other starts.
    Path time = PROCESSES.resolve("self/ns/time");
    if (Files.isSymbolicLink(time)) parts.add(Files.readSymbolicLink(time).toString());
    parts.add(Files.getAttribute(PROCESSES.resolve("self"), "unix:uid").toString()); // those of others may be hidden
    return UUID.nameUUIDFromBytes(String.join(" ", parts).getBytes(StandardCharsets.UTF_8)).toString().replace("-", "");
  }

  /** What the system tells of a process, from its state on; null: there is none. */
  private static String[] stat(long pid) throws IOException {
    Path file = PROCESSES.resolve(Long.toString(pid)).resolve("stat");
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      if (Files.exists(PROCESSES.resolve("self/stat")) && !Files.exists(file)) return null;
      throw gone;
    }
    String[] fields = text.substring(text.lastIndexOf(')') + 1).trim().split(" ");
    if (fields.length <= START_FIELD) throw new IllegalArgumentException(text);
    return fields;
  }
}
