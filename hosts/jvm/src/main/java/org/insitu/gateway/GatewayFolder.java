package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.insitu.worker.Json;

/** The folder, made by the client, in which a gateway and its clients find each other. */
public final class GatewayFolder {
  private final Path path;

  public GatewayFolder(Path path) {
    this.path = path;
  }

  Path socket() {
    return path.resolve("gw.sock");
  }

  /** The secret that clients must know. */
  byte[] token() throws IOException {
    String token = Files.readString(path.resolve("token")).trim();
    if (token.length() < 32) throw new IOException("the token is too short: " + path);
    return token.getBytes(StandardCharsets.UTF_8);
  }

  /** Empty where the client made none. */
  public ObjectNode settings() throws IOException {
    try {
      return Json.parse(Files.readAllBytes(path.resolve("settings.json")));
    } catch (NoSuchFileException none) {
      return Json.object();
    }
  }

  /** When this process began, as Linux counts it: its number alone may later be another's. */
  static String ownBeginning() throws IOException {
    String about = Files.readString(Path.of("/proc/self/stat"));
    return about.substring(about.lastIndexOf(')') + 2).split(" ")[19];
  }

  void makePrivate(Path socket) throws IOException {
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
  }

  /** The gateway is ready: what clients need is there at once and whole, or not at all. */
  void announce(ObjectNode about) throws IOException {
    Path temporary = path.resolve("gw.json.new");
    Files.write(temporary, Json.bytes(about));
    Files.move(temporary, path.resolve("gw.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Nobody is served any more: what was there for clients goes, and with it the folder. */
  void clear() {
    for (String name : List.of("gw.json", "gw.sock", "token", "settings.json",
        "settings.conf", "gw.log")) {
      delete(path.resolve(name));
    }
    delete(path);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException kept) {
      // The client may be removing it, or has put something else there.
    }
  }
}
