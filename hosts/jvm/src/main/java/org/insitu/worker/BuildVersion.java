package org.insitu.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Which sources this jar was made of (cmake/InsituSourceVersion.cmake): "0.1.0 3f2a9c17d0be". */
public final class BuildVersion {
  public static final String OF_THIS_JAR = read();

  private BuildVersion() {}

  private static String read() {
    try (InputStream text = BuildVersion.class.getResourceAsStream("/source_version.txt")) {
      return text == null ? "an unknown version"
          : new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
