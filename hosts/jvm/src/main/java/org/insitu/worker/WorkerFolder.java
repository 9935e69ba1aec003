package org.insitu.worker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A private folder of this process, for the sockets of its workers and for the executable out of our
 * jar. It is short, because the path of a socket holds 107 bytes and the folders of containers are
 * longer than that. Folders that dead processes have left are swept when a new one is made.
 */
final class WorkerFolder {
  private static final String PREFIX = "insitu-";
  private static final String PID_FILE = "pid";
  private static final int MOST_SOCKET_PATH = 107;
  private static final int ROOM_FOR_NAME = 24;
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path path;
  private Path executable;
  private int sockets;

  WorkerFolder() throws IOException {
    Path parent = parent();
    sweep(parent);
    path = Files.createTempDirectory(parent, PREFIX, PosixFilePermissions.asFileAttribute(PRIVATE));
    Files.writeString(path.resolve(PID_FILE), Long.toString(ProcessHandle.current().pid()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(path), "insitu-folder"));
  }

  private static Path parent() {
    Path wanted = Path.of(System.getProperty("java.io.tmpdir"));
    int size = wanted.toString().length() + PREFIX.length() + ROOM_FOR_NAME + ROOM_FOR_NAME;
    return size <= MOST_SOCKET_PATH && Files.isWritable(wanted) ? wanted : Path.of("/tmp");
  }

  /** A name for a socket that was never used. */
  Path newSocket() {
    return path.resolve("w" + sockets++);
  }

  /** The worker that our jar carries, written out once. */
  Path executable() throws IOException {
    if (executable != null && Files.isExecutable(executable)) return executable;
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64"
        : System.getProperty("os.arch");
    String resource = "/native/linux-" + machine + "/insitu-worker";
    // The loader of our own class: the one of the thread may not know our jar.
    try (InputStream in = WorkerFolder.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("insitu-jvm.jar holds no worker for this machine (linux-" + machine
            + "); build the jar there, or name the worker of an installation");
      }
      Path to = path.resolve("insitu-worker");
      Files.deleteIfExists(to);
      Files.copy(in, to);
      Files.setPosixFilePermissions(to, PRIVATE);
      executable = to;
      return to;
    }
  }

  private static void sweep(Path parent) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (leftBehind(folder)) delete(folder);
      }
    } catch (IOException | RuntimeException unreadable) {
      // Sweeping is a courtesy; a folder of another user cannot be read.
    }
  }

  private static boolean leftBehind(Path folder) {
    try {
      long pid = Long.parseLong(Files.readString(folder.resolve(PID_FILE)).trim());
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
    } catch (IOException | NumberFormatException notOurs) {
      return false;
    }
  }

  private static void delete(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    } catch (IOException | RuntimeException gone) {
      // Whoever finds it next deletes it.
    }
  }
}
