package org.insitu.hadoop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.FilePath;
import org.insitu.worker.Named;

/**
 * Where the gateway and its tasks share files: `hdfsShareDir` in the cluster's file system, or a private folder of this machine for the
 * local runner. Below it lies a folder of this gateway, with one for each job, and the jar, once for each build of it. What a
 * gateway has left that was killed is swept by the next one: at once where that can tell (Owner), else after a while.
 */
final class Share {
  private static final String OF_GATEWAY = "gateway-";
  private static final String OF_MACHINE = "insitu-mapreduce-";
  private static final int REMOVALS = 50;
  private static final long REMOVAL_PAUSE_MILLISECONDS = 100;
  private static final long KEPT_MILLISECONDS = TimeUnit.DAYS.toMillis(7);

  /** Ends what a gateway still has running. */
  interface Ender {
    void end(String gateway) throws IOException;
  }

  private final FileSystem system;
  private final Path root;
  private final Path own;
  private final boolean rootIsOwn;
  private final boolean runAsUser; // folders are open to the group
  private final AtomicInteger names = new AtomicInteger();

  private Share(FileSystem system, Path root, Path own, boolean rootIsOwn, boolean runAsUser) {
    this.system = system;
    this.root = root;
    this.own = own;
    this.rootIsOwn = rootIsOwn;
    this.runAsUser = runAsUser;
  }

  /** In the cluster's file system. */
  static Share ofCluster(Settings settings, Configuration configuration, Ender ender) {
    Path root = null;
    try {
      root = root(settings, configuration);
      FileSystem system = FilePath.system(root, configuration);
      root = system.makeQualified(root);
      FsPermission permission = new FsPermission(settings.runAsUser() ? "770" : "700");
      if (!system.exists(root)) make(system, root, permission);
      Share share = new Share(system, root, new Path(root, OF_GATEWAY + nameOfOwn()), false,
          settings.runAsUser());
      share.sweep(ender);
      make(system, share.own, permission);
      share.prove();
      return share;
    } catch (IOException | IllegalArgumentException failure) {
      throw refused(root == null ? settings.shareDir() : root.toString(), failure);
    }
  }

  /** On this machine alone. */
  static Share ofMachine(Configuration configuration) throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory(OF_MACHINE + nameOfOwn() + "-");
    Path path = new Path("file", null, folder.toString());
    FileSystem system = FilePath.system(path, configuration);
    sweepMachine(system, folder);
    return new Share(system, path, path, true, false);
  }

  /** Removes the like of our own folder beside it whose owners have ended. */
  private static void sweepMachine(FileSystem system, java.nio.file.Path own) {
    try (DirectoryStream<java.nio.file.Path> folders = Files.newDirectoryStream(own.getParent(), OF_MACHINE + "*")) {
      for (java.nio.file.Path one : folders) {
        String name = one.getFileName().toString();
        Owner owner = Owner.of(name.substring(OF_MACHINE.length(), Math.max(OF_MACHINE.length(), name.lastIndexOf('-'))));
        if (owner != null && owner.hasEnded() && isOurs(one, own)) system.delete(new Path("file", null, one.toString()), true);
      }
    } catch (IOException | DirectoryIteratorException left) {
      System.err.println("insitu: what gateways have left beside " + own + " could not be removed: " + left.getMessage());
    }
  }

  /** A folder of this user's: anybody may leave links there. */
  private static boolean isOurs(java.nio.file.Path folder, java.nio.file.Path own) throws IOException {
    try {
      return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own));
    } catch (NoSuchFileException gone) {
      return false; // another gateway was faster
    }
  }

  private static void make(FileSystem system, Path path, FsPermission permission) throws IOException {
    if (!system.mkdirs(path, permission)) throw new IOException("the file system did not make it");
    system.setPermission(path, permission); // whatever the mask of this process is
  }

  private static Path root(Settings settings, Configuration configuration) throws IOException {
    FileSystem system = FileSystem.get(configuration);
    if (!settings.shareDir().isEmpty()) return system.makeQualified(new Path(settings.shareDir()));
    if (!system.getScheme().equals("file")) return new Path(system.getHomeDirectory(), ".insitu-share");
    return new Path("file", null, configuration.get("hadoop.tmp.dir") + "/insitu-share-"
        + UserGroupInformation.getCurrentUser().getShortUserName());
  }

  private static UserError refused(String path, Exception failure) {
    String reason = Failures.said(failure);
    String place = Named.of("hdfsShareDir") + " (" + path + ")";
    if (failure instanceof AccessControlException || reason.contains("Permission denied")) {
      return new UserError(ErrorCode.DATA, "the folder of the jobs, " + place + ", cannot be made or written by the user "
          + user() + ": " + reason + "; name a folder of the user's own, or ask for a home folder in HDFS");
    }
    return new UserError(ErrorCode.DATA, "the folder of the jobs, " + place + ", cannot be used: " + Failures.explained(reason));
  }

  /** Who asks, as Hadoop has it. */
  static String user() {
    try {
      return UserGroupInformation.getCurrentUser().getShortUserName();
    } catch (IOException unknown) {
      return System.getProperty("user.name");
    }
  }

  /** A file can be made, read and removed; so the data nodes can be reached, too. */
  private void prove() throws IOException {
    Path file = new Path(own, "proof");
    try (OutputStream out = system.create(file, true)) {
      out.write(1);
    }
    try (InputStream in = system.open(file)) {
      if (in.read() != 1) throw new IOException("what was written there is not what is read");
    }
    system.delete(file, false);
  }

  /** What names this process among all that share files there. */
  private static String nameOfOwn() {
    Owner self = Owner.self();
    return self == null ? UUID.randomUUID().toString() : self.toString();
  }

  /** Unlike that of any other gateway; the tag of its jobs, too. */
  String name() {
    return own.getName();
  }

  private void sweep(Ender ender) throws IOException {
    long now = System.currentTimeMillis();
    for (FileStatus one : system.listStatus(root)) {
      String name = one.getPath().getName();
      if (!name.startsWith(OF_GATEWAY) || !one.getOwner().equals(user())) continue;
      Owner owner = Owner.of(name.substring(OF_GATEWAY.length()));
      boolean ended = owner != null && owner.hasEnded();
      if (!ended && now - one.getModificationTime() <= KEPT_MILLISECONDS) continue;
      try {
        if (ended) ender.end(name);
        system.delete(one.getPath(), true);
      } catch (IOException left) { // for the next one
        System.err.println("insitu: what a gateway has left in " + one.getPath() + " could not be removed: " + Failures.said(left));
      }
    }
  }

  /** A folder for a job. */
  RunFolder newRun() throws IOException {
    try {
      system.setTimes(own, System.currentTimeMillis(), -1); // others see that it is in use
    } catch (IOException unsupported) {
      // Then its age is that of its newest job.
    }
    return RunFolder.make(system, new Path(own, "job-" + names.incrementAndGet()));
  }

  /** Keeps bytes that tasks of several jobs need. */
  Path keep(byte[] bytes) throws IOException {
    Path file = new Path(own, "shared-" + names.incrementAndGet());
    try (OutputStream out = system.create(file, true)) {
      out.write(bytes);
    }
    return file;
  }

  /** Takes a file of a job over, which goes with drop() or with this gateway. */
  Path adopt(Path file) throws IOException {
    Path to = new Path(own, "rows-" + names.incrementAndGet());
    if (!system.rename(file, to)) throw new IOException("the file system did not rename " + file + " to " + to);
    return to;
  }

  void drop(Path file) throws IOException {
    system.delete(file, false);
  }

  /** Whether nobody but this user, and those whom the user lets in, has been able to put something there. */
  private boolean isTrusted(Path path) throws IOException {
    FileStatus found = system.getFileStatus(path);
    FsPermission permission = found.getPermission();
    boolean open = permission.getOtherAction().implies(FsAction.WRITE)
        || !runAsUser && permission.getGroupAction().implies(FsAction.WRITE);
    return !open && found.getOwner().equals(user());
  }

  /** The jar as the tasks find it: brought there once; for this gateway alone where others may write, too. What is in it is run. */
  Path jar(java.nio.file.Path local) throws IOException {
    Path folder = new Path(new Path(isTrusted(root) ? root : own, "lib"), digest(local));
    Path jar = new Path(folder, "insitu-jvm.jar");
    if (system.exists(jar) && system.getFileStatus(jar).getLen() == Files.size(local)) return jar;
    Path fresh = new Path(folder, "new-" + UUID.randomUUID());
    try (OutputStream out = system.create(fresh, true)) {
      Files.copy(local, out);
    } catch (IOException failure) {
      system.delete(fresh, false);
      throw failure;
    }
    if (!system.rename(fresh, jar)) {
      system.delete(fresh, false); // another gateway was faster
      if (!system.exists(jar)) throw new IOException("the file system did not rename " + fresh + " to " + jar);
    }
    return jar;
  }

  private static String digest(java.nio.file.Path file) throws IOException {
    try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A folder of this machine for what Hadoop's local runner needs. Of ofMachine() alone. */
  String folderFor(String name) {
    return own.toUri().getPath() + "/" + name;
  }

  /** Removes what this gateway has put there; the jar stays for the next one. Jobs that were killed may still write for a moment. */
  void remove() {
    String why = "";
    try {
      for (int attempt = 0; attempt < REMOVALS; attempt++) {
        try {
          system.delete(rootIsOwn ? root : own, true);
          if (!system.exists(own)) return;
        } catch (IOException failure) {
          why = ": " + failure.getMessage();
        }
        TimeUnit.MILLISECONDS.sleep(REMOVAL_PAUSE_MILLISECONDS);
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    System.err.println("insitu: the folder " + own + " could not be removed" + why);
  }
}
