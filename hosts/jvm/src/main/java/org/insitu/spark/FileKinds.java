package org.insitu.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.orc.OrcFile;
import org.apache.orc.Reader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.insitu.gateway.UserError;

/** The different kinds of files among those of a folder: their schemas, and the calendars of ORC. */
final class FileKinds {
  /** A setting of ORC's readers: how days of files are taken that do not name their calendar. */
  static final String PROLEPTIC_UNLESS_SAID = "orc.proleptic.gregorian.default";

  private static final int MOST_FILES_HERE = 32;
  private static final String NAMED = "calendar named|";
  private static final String OLD_JAVA = "calendar of old Java|";
  private static final String PROLEPTIC = "calendar proleptic|";

  private FileKinds() {}

  /** Of each kind the first file, in the order of the files. Many footers are read by a job. */
  static Map<String, String> of(List<String> files, boolean parquet, JavaSparkContext context)
      throws IOException {
    List<String> kinds;
    if (files.size() <= MOST_FILES_HERE) {
      kinds = new ArrayList<>();
      for (String file : files) kinds.add(kind(file, parquet, context.hadoopConfiguration()));
    } else {
      int tasks = Math.min(files.size(), 4 * context.defaultParallelism());
      kinds = context.parallelize(files, tasks)
          .map(file -> kind(file, parquet, SparkHadoopUtil.get().conf())).collect();
    }
    Map<String, String> first = new LinkedHashMap<>();
    for (int i = 0; i < files.size(); i++) first.putIfAbsent(kinds.get(i), files.get(i));
    return first;
  }

  private static String kind(String file, boolean parquet, Configuration configuration)
      throws IOException {
    Path path = new Path(file);
    if (parquet) {
      ParquetMetadata footer = ParquetColumns.footer(path, configuration);
      return footer.getFileMetaData().getSchema().toString() + SmallestNumbers.of(footer);
    }
    Configuration proleptic = new Configuration(configuration);
    proleptic.setBoolean(PROLEPTIC_UNLESS_SAID, true);
    configuration = new Configuration(configuration);
    configuration.setBoolean(PROLEPTIC_UNLESS_SAID, false);
    try (Reader plain = OrcFile.createReader(path, OrcFile.readerOptions(configuration));
        Reader other = OrcFile.createReader(path, OrcFile.readerOptions(proleptic))) {
      boolean named = plain.writerUsedProlepticGregorian() == other.writerUsedProlepticGregorian();
      // Writers in Java used its old calendar before they named it; others count days as they are.
      boolean java = plain.getSoftwareVersion().startsWith("ORC Java");
      return (named ? NAMED : java ? OLD_JAVA : PROLEPTIC) + plain.getSchema()
          + SmallestNumbers.of(plain);
    } catch (RuntimeException damaged) {
      throw UserError.data("cannot read the file as ORC (" + damaged.getMessage() + "): " + file);
    }
  }

  /** Whether files that do not name their calendar have the proleptic one. */
  static boolean proleptic(Set<String> kinds, StructType columns, String path) {
    boolean proleptic = kinds.stream().anyMatch(kind -> kind.startsWith(PROLEPTIC));
    boolean java = kinds.stream().anyMatch(kind -> kind.startsWith(OLD_JAVA));
    if (proleptic && java) {
      for (StructField column : columns.fields()) {
        if (column.dataType() instanceof DateType || column.dataType() instanceof TimestampType
            || column.dataType() instanceof TimestampNTZType) {
          throw UserError.data("the folder has ORC files of old writers in Java and of other "
              + "writers that do not name their calendar, which Spark cannot read together because "
              + "of '" + column.name() + "'; read it in a local compute context: " + path);
        }
      }
    }
    return proleptic;
  }
}
