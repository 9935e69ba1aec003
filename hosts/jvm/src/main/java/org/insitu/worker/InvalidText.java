package org.insitu.worker;

/** A text that is not UTF-8, in a row of the block that is being made. */
public final class InvalidText extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int MOST_SHOWN = 40;

  private final int row;
  private final String shown;

  private InvalidText(int row, String shown) {
    super(shown);
    this.row = row;
    this.shown = shown;
  }

  public int row() {
    return row;
  }

  /** Bytes beyond ASCII as \\xE4, the beginning of a long text. */
  public String shown() {
    return shown;
  }

  /** Throws where the bytes at `[begin, begin + size)` are not UTF-8 (RFC 3629). */
  public static void check(byte[] bytes, int begin, int size, int row) {
    int end = begin + size;
    int at = begin;
    while (at < end && bytes[at] >= 0) at++;
    while (at < end) {
      int length = lengthAt(bytes, at, end);
      if (length == 0) throw new InvalidText(row, escaped(bytes, begin, size));
      at += length;
    }
  }

  /** Of the valid character that begins there; 0: there is none. */
  private static int lengthAt(byte[] bytes, int at, int end) {
    int lead = bytes[at] & 0xff;
    if (lead < 0x80) return 1;
    int length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3
        : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (length == 0 || end - at < length) return 0;
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) return 0;
    }
    int second = bytes[at + 1] & 0xff;
    boolean wrong = lead == 0xe0 && second < 0xa0 || lead == 0xed && second >= 0xa0
        || lead == 0xf0 && second < 0x90 || lead == 0xf4 && second >= 0x90;
    return wrong ? 0 : length;
  }

  private static String escaped(byte[] bytes, int begin, int size) {
    StringBuilder text = new StringBuilder();
    for (int i = begin; i < begin + Math.min(size, MOST_SHOWN); i++) {
      int value = bytes[i] & 0xff;
      if (value >= 0x20 && value < 0x7f) {
        text.append((char) value);
      } else {
        text.append(String.format("\\x%02X", value));
      }
    }
    return text + (size > MOST_SHOWN ? "..." : "");
  }
}
