package org.insitu.spark;

import java.io.Serializable;

/** A split within a partition: its number, the number of its first row in the data, its rows. */
record Cut(long index, long firstRow, long rows) implements Serializable {}
