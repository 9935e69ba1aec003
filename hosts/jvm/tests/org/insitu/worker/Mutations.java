package org.insitu.worker;

import java.util.Arrays;
import java.util.Random;

/** Bytes that are almost right: what a reader of them must survive. */
final class Mutations {
  private static final long[] BORDERS = {
    0, 1, 2, 7, 8, 255, 256, 32767, 32768, 65535, 65536, Integer.MAX_VALUE - 16, Integer.MAX_VALUE,
    1L << 31, (1L << 32) - 1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2
  };

  private Mutations() {}

  /** One to four changes: bits, bytes, numbers at any place, a cut, a piece that is doubled. */
  static byte[] of(byte[] right, Random random) {
    byte[] bytes = right.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      if (bytes.length == 0) return bytes;
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> put(bytes, at & ~3, 4, BORDERS[random.nextInt(BORDERS.length)]);
        case 3 -> put(bytes, at & ~7, 8, BORDERS[random.nextInt(BORDERS.length)]);
        case 4 -> bytes = Arrays.copyOf(bytes, at);
        default -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + bytes.length - at);
          System.arraycopy(bytes, at, longer, bytes.length, bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  private static void put(byte[] bytes, int at, int width, long value) {
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >> (8 * i));
    }
  }
}
