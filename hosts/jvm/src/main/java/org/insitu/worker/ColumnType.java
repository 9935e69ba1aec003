package org.insitu.worker;

/** The types of columns: number on the wire, name in schemas, bytes of a value (src/data/type.hpp). */
public enum ColumnType {
  LOGICAL("logical", 1),
  INT16("int16", 2),
  UINT16("uint16", 2),
  INTEGER("integer", 4),
  INT64("int64", 8),
  FLOAT32("float32", 4),
  NUMERIC("numeric", 8),
  CHARACTER("character", 0),
  FACTOR("factor", 4),
  ORDERED("ordered", 4),
  DATE("Date", 8),
  POSIXCT("POSIXct", 8);

  private static final ColumnType[] BY_NUMBER = values();

  private final String typeName;
  private final int width;

  ColumnType(String typeName, int width) {
    this.typeName = typeName;
    this.width = width;
  }

  public String typeName() {
    return typeName;
  }

  /** Bytes of one value; 0 for strings. */
  public int width() {
    return width;
  }

  public boolean isFactor() {
    return this == FACTOR || this == ORDERED;
  }

  static ColumnType ofNumber(int number) throws ProtocolException {
    if (number >= BY_NUMBER.length) {
      throw new ProtocolException("a block of rows has a column of unknown type: " + number);
    }
    return BY_NUMBER[number];
  }

  /** Throws IllegalArgumentException for a name that is none. */
  public static ColumnType ofName(String name) {
    for (ColumnType type : BY_NUMBER) {
      if (type.typeName.equals(name)) return type;
    }
    throw new IllegalArgumentException("unknown type of a variable: '" + name + "'");
  }
}
