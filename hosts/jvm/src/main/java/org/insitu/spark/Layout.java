package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.insitu.worker.FilePath;
import org.insitu.worker.Json;

/**
 * How the splits of a data set lie in the partitions of its blocks. `order`: Spark's numbers of the
 * partitions that hold rows, in the order of the data; null: all, as they are. `cuts`: of each
 * partition, its splits; null: every partition is one split of unknown length. `files`: of each
 * partition, the file that it is read from; null: it is none.
 */
record Layout(int[] order, Cut[][] cuts, SourceFile[] files, int partitions) {

  /** Every partition is a split; their order means nothing. */
  static Layout unordered(int partitions) {
    return new Layout(null, null, null, partitions);
  }

  /** Every row group (stripe) with rows is a split, in the order of the data. */
  static Layout ofFiles(List<Piece> pieces, Map<String, RowGroups.OfFile> groups) {
    List<Integer> order = new ArrayList<>();
    List<Cut[]> cuts = new ArrayList<>();
    List<SourceFile> files = new ArrayList<>();
    Map<String, Long> firstRows = new HashMap<>();
    long index = 0;
    long row = 0;
    for (Piece piece : pieces.stream().sorted(Piece.ORDER).toList()) {
      RowGroups.OfFile file = groups.get(piece.path());
      firstRows.putIfAbsent(piece.path(), row);
      List<Cut> inside = new ArrayList<>();
      for (int g = 0; g < file.rows().length; g++) {
        long position = file.positions()[g];
        boolean here = position >= piece.start() && position < piece.start() + piece.length();
        if (!here || file.rows()[g] == 0) continue;
        inside.add(new Cut(index++, row, file.rows()[g]));
        row += file.rows()[g];
      }
      if (inside.isEmpty()) continue;
      order.add(piece.partition());
      cuts.add(inside.toArray(new Cut[0]));
      files.add(new SourceFile(piece.path(), piece.fileSize(), piece.modified(),
          firstRows.get(piece.path())));
    }
    return new Layout(order.stream().mapToInt(Integer::intValue).toArray(),
        cuts.toArray(new Cut[0][]), files.toArray(new SourceFile[0]), order.size());
  }

  /** All splits, as [[index, begin, end, rows], ...]. */
  ArrayNode splits() {
    ArrayNode splits = Json.array();
    for (int p = 0; p < partitions; p++) {
      if (cuts == null) {
        splits.addArray().add(p).add(0).add(0).add(-1);
        continue;
      }
      for (Cut cut : cuts[p]) {
        splits.addArray().add(cut.index()).add(cut.firstRow()).add(cut.firstRow() + cut.rows())
            .add(cut.rows());
      }
    }
    return splits;
  }

  /**
   * The files of the splits, as [[first split, path], ...], one entry for each file, spelled as the
   * caller does who asked for `asked`; those of this machine without a scheme.
   */
  ArrayNode files(String asked) {
    ArrayNode list = Json.array();
    String last = null;
    for (int p = 0; p < partitions; p++) {
      String file = files[p].path();
      if (file.equals(last)) continue;
      Path path = new Path(file);
      list.addArray().add(cuts[p][0].index()).add("file".equals(path.toUri().getScheme())
          ? path.toUri().getPath() : FilePath.spelledLike(asked, path));
      last = file;
    }
    return list;
  }

  Map<Long, Integer> partitionOfSplit() {
    Map<Long, Integer> places = new HashMap<>();
    for (int p = 0; p < partitions; p++) {
      if (cuts == null) {
        places.put((long) p, p);
      } else {
        for (Cut cut : cuts[p]) places.put(cut.index(), p);
      }
    }
    return places;
  }
}
