package org.insitu.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.insitu.gateway.UserError;

/**
 * The columns of a Parquet file where Spark does not say all of it: it refuses a file for one column
 * of a type that it does not know, and reads timestamps of nanoseconds as plain numbers.
 */
record ParquetColumns(StructType known, List<LeftOut> refused) {

  static MessageType schema(Path path, Configuration configuration) throws IOException {
    return footer(path, configuration).getFileMetaData().getSchema();
  }

  static ParquetMetadata footer(Path path, Configuration configuration) throws IOException {
    HadoopInputFile input = HadoopInputFile.fromPath(path, configuration);
    try (ParquetFileReader file = ParquetFileReader.open(input)) {
      return file.getFooter();
    } catch (RuntimeException damaged) {
      throw UserError.data("cannot read the file as Parquet (" + damaged.getMessage() + "): " + path);
    }
  }

  /** Asks for each column alone whether it can be read; Spark answers for all of a file only. */
  static ParquetColumns of(MessageType schema, SparkSession session) {
    StructType known = new StructType();
    List<LeftOut> refused = new ArrayList<>();
    for (Type column : schema.getFields()) {
      try {
        MessageType alone = new MessageType(schema.getName(), column);
        StructField field = Shims.parquetSchema(session, alone).apply(0);
        if (SparkTypes.toEngine(field.dataType()) != null) {
          known = known.add(field);
        } else {
          refused.add(new LeftOut(field.name(), field.dataType().simpleString()));
        }
      } catch (AnalysisException unknown) {
        refused.add(new LeftOut(column.getName(), typeName(column)));
      }
    }
    return new ParquetColumns(known, refused);
  }

  /** "int64 (TIME(MICROS,true))". */
  private static String typeName(Type column) {
    LogicalTypeAnnotation meaning = column.getLogicalTypeAnnotation();
    String stored = column.isPrimitive()
        ? column.asPrimitiveType().getPrimitiveTypeName().name().toLowerCase(java.util.Locale.ROOT)
        : "group";
    return meaning == null ? stored : stored + " (" + meaning + ")";
  }

  /** The names of the columns that count nanoseconds since 1970. */
  static Set<String> nanoseconds(MessageType schema) {
    Set<String> names = new HashSet<>();
    for (Type column : schema.getFields()) {
      if (column.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation time
          && time.getUnit() == LogicalTypeAnnotation.TimeUnit.NANOS) {
        names.add(column.getName());
      }
    }
    return names;
  }
}
