package org.insitu.spark;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.ColumnarToRowExec;
import org.apache.spark.sql.execution.InputAdapter;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.apache.spark.sql.execution.datasources.FilePartition;
import org.apache.spark.sql.execution.datasources.PartitionedFile;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.Function2;
import scala.Option;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * The only code that touches what Spark does not promise to keep, and the only reflection: one jar
 * runs with Spark 3.5 (Scala 2.12) and 4.x (Scala 2.13), whose collections differ in their types.
 */
final class Shims {
  private Shims() {}

  private static Object call(Object on, String name, Object... arguments) {
    for (Method method : on.getClass().getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length
          && !method.isBridge()) {
        return invoke(method, on, arguments);
      }
    }
    throw new IllegalStateException(
        "this version of Spark is not known: " + on.getClass().getName() + " has no " + name);
  }

  private static Object invoke(Method method, Object on, Object... arguments) {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException failure) {
      throw Shims.<RuntimeException>asIs(failure.getCause());
    } catch (IllegalAccessException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Scala's methods throw checked exceptions without declaring them. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E asIs(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Dataset is one class in 3.5 and has a "classic" implementation in 4.x. */
  private static QueryExecution execution(Dataset<Row> data) {
    return (QueryExecution) call(data, "queryExecution");
  }

  static JavaRDD<InternalRow> rows(Dataset<Row> data) {
    return execution(data).toRdd().toJavaRDD();
  }

  /** The scan's batches where the plan is nothing but a columnar scan; otherwise null. */
  static JavaRDD<ColumnarBatch> batches(Dataset<Row> data) {
    SparkPlan plan = execution(data).executedPlan();
    if (plan instanceof WholeStageCodegenExec stage) plan = stage.child();
    if (plan instanceof ColumnarToRowExec conversion) plan = conversion.child();
    if (plan instanceof InputAdapter input) plan = input.child();
    return plan.supportsColumnar() ? plan.executeColumnar().toJavaRDD() : null;
  }

  /** The pieces of files that the partitions are, one each; null where they are anything else. */
  static List<Piece> pieces(JavaRDD<?> data) {
    List<Piece> pieces = new ArrayList<>();
    for (Partition partition : data.rdd().partitions()) {
      if (!(partition instanceof FilePartition files) || files.files().length != 1) return null;
      PartitionedFile file = files.files()[0];
      // Of the text with escapes: names may hold anything.
      String path = new org.apache.hadoop.fs.Path(
          java.net.URI.create(file.filePath().toString())).toString();
      pieces.add(new Piece(path, file.start(), file.length(), file.fileSize(),
          file.modificationTime(), partition.index()));
    }
    return pieces;
  }

  /**
   * The partitions `order` in this order, without a shuffle. Spark packs pieces of files longest
   * first, so that its numbers are not the order of the data; after this they are.
   */
  static <T> JavaRDD<T> arranged(JavaRDD<T> data, int[] order) {
    return grouped(data, Arrays.stream(order).mapToObj(one -> new int[] {one})
        .toArray(int[][]::new));
  }

  /**
   * Partitions that are those in `groups`, one after the other, without a shuffle. One may be in
   * several groups; it is then made for each.
   */
  static <T> JavaRDD<T> grouped(JavaRDD<T> data, int[][] groups) {
    List<Class<?>> faces = new ArrayList<>(List.of(PartitionCoalescer.class, Serializable.class));
    try {
      faces.add(Class.forName("scala.Serializable")); // Scala 2.12 asks for its own marker
    } catch (ClassNotFoundException inScala213) {
      // Java's is enough there.
    }
    Object coalescer = Proxy.newProxyInstance(Shims.class.getClassLoader(),
        faces.toArray(new Class<?>[0]), new Arrangement(groups));
    return data.rdd()
        .coalesce(groups.length, false, Option.apply((PartitionCoalescer) coalescer), null)
        .toJavaRDD();
  }

  private record Arrangement(int[][] wanted) implements InvocationHandler, Serializable {
    @Override
    public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
      if (!method.getName().equals("coalesce")) return method.invoke(this, arguments);
      RDD<?> parent = (RDD<?>) arguments[1];
      Partition[] partitions = parent.partitions();
      PartitionGroup[] groups = new PartitionGroup[wanted.length];
      for (int i = 0; i < wanted.length; i++) {
        Object places = call(parent, "preferredLocations", partitions[wanted[i][0]]);
        @SuppressWarnings("unchecked")
        Option<String> place = (Option<String>) call(places, "headOption");
        groups[i] = new PartitionGroup(place);
        for (int one : wanted[i]) call(groups[i].partitions(), "$plus$eq", partitions[one]);
      }
      return groups;
    }
  }

  /**
   * Runs `task` on the partitions in `partitions` of `data` and gives each result, with the place of
   * its partition in that list, as it comes: on a thread of Spark's, so briefly. Returns when all
   * are done.
   */
  static <T> void runJob(SparkContext context, RDD<T> data,
      AbstractFunction2<TaskContext, Iterator<T>, byte[]> task, int[] partitions,
      BiConsumer<Integer, byte[]> result) {
    ClassTag<byte[]> tag = ClassTag$.MODULE$.apply(byte[].class);
    Function2<Object, byte[], BoxedUnit> handler = new AbstractFunction2<>() {
      @Override
      public BoxedUnit apply(Object place, byte[] bytes) {
        result.accept((Integer) place, bytes);
        return BoxedUnit.UNIT;
      }
    };
    for (Method method : SparkContext.class.getMethods()) {
      Class<?>[] types = method.getParameterTypes();
      if (method.getName().equals("runJob") && types.length == 5 && types[1] == Function2.class
          && types[3] == Function2.class) {
        invoke(method, context, data, task, sequence(partitions), handler, tag);
        return;
      }
    }
    throw new IllegalStateException("this version of Spark is not known: it has no runJob");
  }

  /** A Seq of Scala's: scala.collection's in 2.12, scala.collection.immutable's in 2.13. */
  @SuppressWarnings("deprecation") // the converters that 2.13 prefers are not in 2.12
  private static Object sequence(int[] numbers) {
    List<Object> list = new ArrayList<>(numbers.length);
    Arrays.stream(numbers).forEach(list::add);
    return call(scala.collection.JavaConverters.asScalaBuffer(list), "toSeq");
  }

  /** Spark's types for the columns of a Parquet file, under the settings of the session. */
  static StructType parquetSchema(SparkSession session, MessageType schema)
      throws AnalysisException {
    SQLConf settings = (SQLConf) call(call(session, "sessionState"), "conf");
    return new ParquetToSparkSchemaConverter(settings).convert(schema);
  }

  /** A data set of rows in Spark's own form. */
  @SuppressWarnings("unchecked")
  static Dataset<Row> dataset(SparkSession session, JavaRDD<InternalRow> rows, StructType schema) {
    return (Dataset<Row>) call(session, "internalCreateDataFrame", rows.rdd(), schema, false);
  }

  /** A folder of this process for temporary files, which Spark removes at its end. */
  static String localFolder() {
    return org.apache.spark.util.Utils.getLocalDir(org.apache.spark.SparkEnv.get().conf());
  }
}
