"""The rx functions. Written by tools/generate_options.py from options/*.toml; change those."""

# ruff: noqa
from insitu._dispatch import call


SIGNATURES = {
    'rx_import': {
        'function': 'rxImport', 'op': 'import',
        'arguments': {
            'input_data': ('inData', 'data'),
            'output_file': ('outFile', 'target'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'row_selection': ('rowSelection', 'expression'),
            'transforms': ('transforms', 'expressions'),
            'transform_objects': ('transformObjects', 'list'),
            'transform_function': ('transformFunc', 'function'),
            'transform_variables': ('transformVars', 'names'),
            'transform_packages': ('transformPackages', 'strings'),
            'transform_environment': ('transformEnvir', 'any'),
            'append': ('append', 'choice', ['none', 'rows', 'cols']),
            'overwrite': ('overwrite', 'flag'),
            'number_rows': ('numRows', 'number'),
            'strings_as_factors': ('stringsAsFactors', 'flag'),
            'column_classes': ('colClasses', 'list'),
            'column_info': ('colInfo', 'list'),
            'rows_per_read': ('rowsPerRead', 'integer'),
            'type': ('type', 'string'),
            'max_rows_by_columns': ('maxRowsByCols', 'number'),
            'report_progress': ('reportProgress', 'integer'),
            'verbose': ('verbose', 'integer'),
            'xdf_compression_level': ('xdfCompressionLevel', 'integer'),
            'create_composite_set': ('createCompositeSet', 'flag'),
            'blocks_per_composite_file': ('blocksPerCompositeFile', 'integer'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_data_step': {
        'function': 'rxDataStep', 'op': 'data_step',
        'arguments': {
            'input_data': ('inData', 'data'),
            'output_file': ('outFile', 'target'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'row_selection': ('rowSelection', 'expression'),
            'transforms': ('transforms', 'expressions'),
            'transform_objects': ('transformObjects', 'list'),
            'transform_function': ('transformFunc', 'function'),
            'transform_variables': ('transformVars', 'names'),
            'transform_packages': ('transformPackages', 'strings'),
            'transform_environment': ('transformEnvir', 'any'),
            'append': ('append', 'choice', ['none', 'rows', 'cols']),
            'overwrite': ('overwrite', 'flag'),
            'row_variable_name': ('rowVarName', 'string'),
            'remove_missings_on_read': ('removeMissingsOnRead', 'flag'),
            'remove_missings': ('removeMissings', 'flag'),
            'compute_low_high': ('computeLowHigh', 'flag'),
            'max_rows_by_cols': ('maxRowsByCols', 'number'),
            'rows_per_read': ('rowsPerRead', 'integer'),
            'start_row': ('startRow', 'number'),
            'number_rows_read': ('numRows', 'number'),
            'return_transform_objects': ('returnTransformObjects', 'flag'),
            'blocks_per_read': ('blocksPerRead', 'integer'),
            'report_progress': ('reportProgress', 'integer'),
            'xdf_compression_level': ('xdfCompressionLevel', 'integer'),
            'strings_as_factors': ('stringsAsFactors', 'flag'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_get_info': {
        'function': 'rxGetInfo', 'op': 'info',
        'arguments': {
            'data': ('data', 'data'),
            'get_var_info': ('getVarInfo', 'flag'),
            'get_block_sizes': ('getBlockSizes', 'flag'),
            'get_value_labels': ('getValueLabels', 'flag'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'start_row': ('startRow', 'number'),
            'num_rows': ('numRows', 'number'),
            'compute_info': ('computeInfo', 'flag'),
            'all_nodes': ('allNodes', 'flag'),
            'verbose': ('verbose', 'integer'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_get_var_info': {
        'function': 'rxGetVarInfo', 'op': 'var_info',
        'arguments': {
            'data': ('data', 'data'),
            'get_value_labels': ('getValueLabels', 'flag'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'compute_info': ('computeInfo', 'flag'),
            'all_nodes': ('allNodes', 'flag'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_get_var_names': {
        'function': 'rxGetVarNames', 'op': 'var_info',
        'arguments': {
            'data': ('data', 'data'),
        },
    },
    'rx_set_var_info': {
        'function': 'rxSetVarInfo', 'op': 'set_var_info',
        'arguments': {
            'var_info': ('varInfo', 'any'),
            'data': ('data', 'data'),
        },
    },
    'rx_set_info': {
        'function': 'rxSetInfo', 'op': 'set_info',
        'arguments': {
            'data': ('data', 'data'),
            'description': ('description', 'string'),
        },
    },
    'rx_create_col_info': {
        'function': 'rxCreateColInfo', 'op': 'var_info',
        'arguments': {
            'data': ('data', 'data'),
            'include_low_high': ('includeLowHigh', 'flag'),
            'factors_only': ('factorsOnly', 'flag'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'sort_levels': ('sortLevels', 'flag'),
            'compute_info': ('computeInfo', 'flag'),
            'use_factor_index': ('useFactorIndex', 'flag'),
        },
    },
    'rx_read_xdf': {
        'function': 'rxReadXdf', 'op': 'data_step',
        'arguments': {
            'file': ('file', 'path'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'row_var_name': ('rowVarName', 'string'),
            'start_row': ('startRow', 'number'),
            'num_rows': ('numRows', 'number'),
            'return_data_frame': ('returnDataFrame', 'flag'),
            'strings_as_factors': ('stringsAsFactors', 'flag'),
            'max_rows_by_columns': ('maxRowsByCols', 'number'),
            'report_progress': ('reportProgress', 'integer'),
            'read_by_block': ('readByBlock', 'flag'),
            'cpp_interp': ('cppInterp', 'any'),
        },
    },
    'rx_xdf_to_data_frame': {
        'function': 'rxXdfToDataFrame', 'op': 'data_step',
        'arguments': {
            'file': ('file', 'path'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'row_variable_name': ('rowVarName', 'string'),
            'row_selection': ('rowSelection', 'expression'),
            'transforms': ('transforms', 'expressions'),
            'transform_objects': ('transformObjects', 'list'),
            'transform_function': ('transformFunc', 'function'),
            'transform_variables': ('transformVars', 'names'),
            'transform_packages': ('transformPackages', 'strings'),
            'transform_environment': ('transformEnvir', 'any'),
            'remove_missings': ('removeMissings', 'flag'),
            'strings_as_factors': ('stringsAsFactors', 'flag'),
            'blocks_per_read': ('blocksPerRead', 'integer'),
            'max_rows_by_columns': ('maxRowsByCols', 'number'),
            'report_progress': ('reportProgress', 'integer'),
            'cpp_interp': ('cppInterp', 'any'),
        },
    },
    'rx_open': {
        'function': 'rxOpen', 'op': 'open',
        'arguments': {
            'src': ('src', 'source'),
            'mode': ('mode', 'choice', ['r', 'w']),
        },
    },
    'rx_close': {
        'function': 'rxClose', 'op': 'close',
        'arguments': {
            'src': ('src', 'source'),
            'mode': ('mode', 'choice', ['r', 'w']),
        },
    },
    'rx_is_open': {
        'function': 'rxIsOpen', 'op': '',
        'arguments': {
            'src': ('src', 'source'),
            'mode': ('mode', 'choice', ['r', 'w']),
        },
    },
    'rx_read_next': {
        'function': 'rxReadNext', 'op': 'read_next',
        'arguments': {
            'src': ('src', 'source'),
        },
    },
    'rx_write_next': {
        'function': 'rxWriteNext', 'op': 'write_next',
        'arguments': {
            'input_data': ('from', 'any'),
            'output_data': ('to', 'source'),
        },
    },
    'rx_summary': {
        'function': 'rxSummary', 'op': 'summary',
        'arguments': {
            'formula': ('formula', 'formula'),
            'data': ('data', 'data'),
            'by_group_out_file': ('byGroupOutFile', 'target'),
            'summary_stats': ('summaryStats', 'strings'),
            'by_term': ('byTerm', 'flag'),
            'pweights': ('pweights', 'string'),
            'fweights': ('fweights', 'string'),
            'row_selection': ('rowSelection', 'expression'),
            'transforms': ('transforms', 'expressions'),
            'transform_objects': ('transformObjects', 'list'),
            'transform_function': ('transformFunc', 'function'),
            'transform_variables': ('transformVars', 'names'),
            'transform_packages': ('transformPackages', 'strings'),
            'transform_environment': ('transformEnvir', 'any'),
            'overwrite': ('overwrite', 'flag'),
            'use_sparse_cube': ('useSparseCube', 'flag'),
            'remove_zero_counts': ('removeZeroCounts', 'flag'),
            'blocks_per_read': ('blocksPerRead', 'integer'),
            'rows_per_block': ('rowsPerBlock', 'integer'),
            'report_progress': ('reportProgress', 'integer'),
            'verbose': ('verbose', 'integer'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_lin_mod': {
        'function': 'rxLinMod', 'op': 'lin_mod',
        'arguments': {
            'formula': ('formula', 'formula'),
            'data': ('data', 'data'),
            'pweights': ('pweights', 'string'),
            'fweights': ('fweights', 'string'),
            'cube': ('cube', 'flag'),
            'cube_predictions': ('cubePredictions', 'flag'),
            'variable_selection': ('variableSelection', 'any'),
            'row_selection': ('rowSelection', 'expression'),
            'transforms': ('transforms', 'expressions'),
            'transform_objects': ('transformObjects', 'list'),
            'transform_function': ('transformFunc', 'function'),
            'transform_variables': ('transformVars', 'names'),
            'transform_packages': ('transformPackages', 'strings'),
            'transform_environment': ('transformEnvir', 'any'),
            'drop_first': ('dropFirst', 'flag'),
            'drop_main': ('dropMain', 'flag'),
            'cov_coef': ('covCoef', 'flag'),
            'cov_data': ('covData', 'flag'),
            'coef_label_style': ('coefLabelStyle', 'choice', ['Revo', 'R']),
            'blocks_per_read': ('blocksPerRead', 'integer'),
            'report_progress': ('reportProgress', 'integer'),
            'verbose': ('verbose', 'integer'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_predict': {
        'function': 'rxPredict', 'op': 'predict',
        'arguments': {
            'model_object': ('modelObject', 'any'),
            'data': ('data', 'data'),
            'output_data': ('outData', 'target'),
            'compute_standard_errors': ('computeStdErrors', 'flag'),
            'interval': ('interval', 'choice', ['none', 'confidence', 'prediction']),
            'confidence_level': ('confLevel', 'number'),
            'compute_residuals': ('computeResiduals', 'flag'),
            'type': ('type', 'string'),
            'write_model_vars': ('writeModelVars', 'flag'),
            'extra_vars_to_write': ('extraVarsToWrite', 'names'),
            'remove_missings': ('removeMissings', 'flag'),
            'append': ('append', 'choice', ['none', 'rows', 'cols']),
            'overwrite': ('overwrite', 'flag'),
            'check_factor_levels': ('checkFactorLevels', 'flag'),
            'predict_var_names': ('predVarNames', 'strings'),
            'residual_var_names': ('residVarNames', 'strings'),
            'interval_var_names': ('intervalVarNames', 'strings'),
            'std_errors_var_names': ('stdErrorsVarNames', 'strings'),
            'pred_names': ('predNames', 'strings'),
            'blocks_per_read': ('blocksPerRead', 'integer'),
            'report_progress': ('reportProgress', 'integer'),
            'verbose': ('verbose', 'integer'),
            'xdf_compression_level': ('xdfCompressionLevel', 'integer'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_set_compute_context': {
        'function': 'rxSetComputeContext', 'op': '',
        'arguments': {
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_get_compute_context': {
        'function': 'rxGetComputeContext', 'op': '',
        'arguments': {
        },
    },
    'rx_get_option': {
        'function': 'rxGetOption', 'op': '',
        'arguments': {
            'opt': ('opt', 'string'),
            'default': ('default', 'any'),
        },
    },
    'RxLocalSeq': {
        'function': 'RxLocalSeq', 'op': '',
        'arguments': {
            'object': ('object', 'any'),
            'data_path': ('dataPath', 'strings'),
            'out_data_path': ('outDataPath', 'strings'),
        },
    },
    'RxLocalParallel': {
        'function': 'RxLocalParallel', 'op': '',
        'arguments': {
            'object': ('object', 'any'),
            'data_path': ('dataPath', 'strings'),
            'out_data_path': ('outDataPath', 'strings'),
        },
    },
    'RxForeachDoPar': {
        'function': 'RxForeachDoPar', 'op': '',
        'arguments': {
            'object': ('object', 'any'),
            'data_path': ('dataPath', 'strings'),
            'out_data_path': ('outDataPath', 'strings'),
        },
    },
    'RxTextData': {
        'function': 'RxTextData', 'op': '',
        'arguments': {
            'file': ('file', 'path'),
            'strings_as_factors': ('stringsAsFactors', 'flag'),
            'column_classes': ('colClasses', 'list'),
            'column_info': ('colInfo', 'list'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'missing_value_string': ('missingValueString', 'string'),
            'rows_per_read': ('rowsPerRead', 'integer'),
            'delimiter': ('delimiter', 'string'),
            'combine_delimiters': ('combineDelimiters', 'flag'),
            'quote_mark': ('quoteMark', 'string'),
            'decimal_point': ('decimalPoint', 'string'),
            'thousands_separator': ('thousandsSeparator', 'string'),
            'read_date_format': ('readDateFormat', 'string'),
            'read_posixct_format': ('readPOSIXctFormat', 'string'),
            'century_cutoff': ('centuryCutoff', 'integer'),
            'first_row_is_column_names': ('firstRowIsColNames', 'flag'),
            'rows_to_sniff': ('rowsToSniff', 'integer'),
            'rows_to_skip': ('rowsToSkip', 'integer'),
            'return_data_frame': ('returnDataFrame', 'flag'),
            'default_read_buffer_size': ('defaultReadBufferSize', 'integer'),
            'default_decimal_column_type': ('defaultDecimalColType', 'choice', ['float32', 'numeric']),
            'default_missing_column_type': ('defaultMissingColType', 'choice', ['float32', 'numeric', 'character']),
            'write_precision': ('writePrecision', 'integer'),
            'strip_zeros': ('stripZeros', 'flag'),
            'quoted_delimiters': ('quotedDelimiters', 'flag'),
            'is_fixed_format': ('isFixedFormat', 'flag'),
            'use_fast_read': ('useFastRead', 'flag'),
            'create_file_set': ('createFileSet', 'flag'),
            'rows_per_out_file': ('rowsPerOutFile', 'integer'),
            'verbose': ('verbose', 'integer'),
            'check_vars_to_keep': ('checkVarsToKeep', 'flag'),
            'file_system': ('fileSystem', 'any'),
            'input_encoding': ('inputEncoding', 'string'),
            'write_factors_as_indexes': ('writeFactorsAsIndexes', 'flag'),
        },
    },
    'RxXdfData': {
        'function': 'RxXdfData', 'op': '',
        'arguments': {
            'file': ('file', 'path'),
            'vars_to_keep': ('varsToKeep', 'names'),
            'vars_to_drop': ('varsToDrop', 'names'),
            'return_data_frame': ('returnDataFrame', 'flag'),
            'strings_as_factors': ('stringsAsFactors', 'flag'),
            'blocks_per_read': ('blocksPerRead', 'integer'),
            'file_system': ('fileSystem', 'any'),
            'create_composite_set': ('createCompositeSet', 'flag'),
            'create_partition_set': ('createPartitionSet', 'flag'),
            'blocks_per_composite_file': ('blocksPerCompositeFile', 'integer'),
        },
    },
    'rx_xdf_file_name': {
        'function': 'rxXdfFileName', 'op': '',
        'arguments': {
            'x': ('x', 'any'),
        },
    },
    'rx_locate_file': {
        'function': 'rxLocateFile', 'op': '',
        'arguments': {
            'file': ('file', 'path'),
            'paths_to_search': ('pathsToSearch', 'strings'),
            'file_system': ('fileSystem', 'any'),
            'is_out_file': ('isOutFile', 'flag'),
            'default_ext': ('defaultExt', 'string'),
            'verbose': ('verbose', 'integer'),
        },
    },
    'rx_compare_contexts': {
        'function': 'rxCompareContexts', 'op': '',
        'arguments': {
            'context1': ('context1', 'context'),
            'context2': ('context2', 'context'),
            'exact_match': ('exactMatch', 'flag'),
        },
    },
    'rx_is_distributed_context': {
        'function': 'rxIsDistributedContext', 'op': '',
        'arguments': {
            'compute_context': ('computeContext', 'context'),
            'data': ('data', 'data'),
        },
    },
    'RxProcesses': {
        'function': 'RxProcesses', 'op': '',
        'arguments': {
            'object': ('object', 'any'),
            'num_workers': ('numWorkers', 'integer'),
            'worker': ('worker', 'strings'),
            'data_path': ('dataPath', 'strings'),
            'out_data_path': ('outDataPath', 'strings'),
        },
    },
    'RxSpark': {
        'function': 'RxSpark', 'op': '',
        'arguments': {
            'hdfs_share_dir': ('hdfsShareDir', 'string'),
            'share_dir': ('shareDir', 'string'),
            'user': ('sshUsername', 'string'),
            'name_node': ('nameNode', 'string'),
            'master': ('master', 'string'),
            'port': ('port', 'any'),
            'auto_cleanup': ('autoCleanup', 'flag'),
            'console_output': ('consoleOutput', 'flag'),
            'packages_to_load': ('packagesToLoad', 'strings'),
            'idle_timeout': ('idleTimeout', 'number'),
            'num_executors': ('numExecutors', 'integer'),
            'executor_cores': ('executorCores', 'integer'),
            'executor_mem': ('executorMem', 'string'),
            'driver_mem': ('driverMem', 'string'),
            'executor_overhead_mem': ('executorOverheadMem', 'string'),
            'extra_spark_config': ('extraSparkConfig', 'string'),
            'spark_reduce_method': ('sparkReduceMethod', 'choice', ['auto', 'oneStage', 'twoStage']),
            'tmp_fs_work_dir': ('tmpFSWorkDir', 'string'),
            'persistent_run': ('persistentRun', 'flag'),
            'wait': ('wait', 'flag'),
            'object': ('object', 'any'),
            'client_share_dir': ('clientShareDir', 'string'),
            'ssh_hostname': ('sshHostname', 'string'),
            'ssh_switches': ('sshSwitches', 'string'),
            'ssh_profile_script': ('sshProfileScript', 'string'),
            'ssh_client_dir': ('sshClientDir', 'string'),
            'job_tracker_url': ('jobTrackerURL', 'string'),
            'on_cluster_node': ('onClusterNode', 'flag'),
            'suppress_warning': ('suppressWarning', 'flag'),
            'show_output_while_waiting': ('showOutputWhileWaiting', 'flag'),
            'working_dir': ('workingDir', 'string'),
            'data_path': ('dataPath', 'strings'),
            'out_data_path': ('outDataPath', 'strings'),
            'file_system': ('fileSystem', 'any'),
            'results_timeout': ('resultsTimeout', 'number'),
        },
    },
    'rx_spark_connect': {
        'function': 'rxSparkConnect', 'op': '',
        'arguments': {
            'hdfs_share_dir': ('hdfsShareDir', 'string'),
            'share_dir': ('shareDir', 'string'),
            'user': ('sshUsername', 'string'),
            'name_node': ('nameNode', 'string'),
            'master': ('master', 'string'),
            'port': ('port', 'any'),
            'auto_cleanup': ('autoCleanup', 'flag'),
            'console_output': ('consoleOutput', 'flag'),
            'packages_to_load': ('packagesToLoad', 'strings'),
            'idle_timeout': ('idleTimeout', 'number'),
            'num_executors': ('numExecutors', 'integer'),
            'executor_cores': ('executorCores', 'integer'),
            'executor_mem': ('executorMem', 'string'),
            'driver_mem': ('driverMem', 'string'),
            'executor_overhead_mem': ('executorOverheadMem', 'string'),
            'extra_spark_config': ('extraSparkConfig', 'string'),
            'spark_reduce_method': ('sparkReduceMethod', 'choice', ['auto', 'oneStage', 'twoStage']),
            'tmp_fs_work_dir': ('tmpFSWorkDir', 'string'),
            'interop': ('interop', 'strings'),
            'reset': ('reset', 'flag'),
            'client_share_dir': ('clientShareDir', 'string'),
            'ssh_hostname': ('sshHostname', 'string'),
            'ssh_switches': ('sshSwitches', 'string'),
            'ssh_profile_script': ('sshProfileScript', 'string'),
            'ssh_client_dir': ('sshClientDir', 'string'),
            'job_tracker_url': ('jobTrackerURL', 'string'),
            'on_cluster_node': ('onClusterNode', 'flag'),
            'suppress_warning': ('suppressWarning', 'flag'),
            'show_output_while_waiting': ('showOutputWhileWaiting', 'flag'),
            'working_dir': ('workingDir', 'string'),
            'data_path': ('dataPath', 'strings'),
            'out_data_path': ('outDataPath', 'strings'),
            'file_system': ('fileSystem', 'any'),
            'results_timeout': ('resultsTimeout', 'number'),
        },
    },
    'rx_spark_disconnect': {
        'function': 'rxSparkDisconnect', 'op': '',
        'arguments': {
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_stop_engine': {
        'function': 'rxStopEngine', 'op': '',
        'arguments': {
            'compute_context': ('computeContext', 'context'),
            'scope': ('scope', 'choice', ['session', 'user']),
        },
    },
    'rx_spark_cache_data': {
        'function': 'rxSparkCacheData', 'op': '',
        'arguments': {
            'in_data': ('data', 'source'),
            'cache': ('cache', 'flag'),
        },
    },
    'rx_spark_list_data': {
        'function': 'rxSparkListData', 'op': '',
        'arguments': {
            'show_description': ('showDescription', 'flag'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_spark_remove_data': {
        'function': 'rxSparkRemoveData', 'op': '',
        'arguments': {
            'remove_list': ('list', 'any'),
            'compute_context': ('computeContext', 'context'),
        },
    },
    'rx_get_pyspark_connection': {
        'function': 'rxGetPysparkConnection', 'op': '',
        'arguments': {
            'compute_context': ('computeContext', 'context'),
        },
    },
    'RxHdfsFileSystem': {
        'function': 'RxHdfsFileSystem', 'op': '',
        'arguments': {
            'object': ('object', 'any'),
            'host_name': ('hostName', 'string'),
            'port': ('port', 'any'),
            'use_web_hdfs': ('useWebHdfs', 'flag'),
            'o_auth_parameters': ('oAuthParameters', 'any'),
            'verbose': ('verbose', 'any'),
        },
    },
    'RxParquetData': {
        'function': 'RxParquetData', 'op': '',
        'arguments': {
            'file': ('file', 'path'),
            'column_info': ('colInfo', 'list'),
            'file_system': ('fileSystem', 'any'),
            'write_factors_as_indexes': ('writeFactorsAsIndexes', 'flag'),
            'cache': ('cache', 'flag'),
        },
    },
    'RxOrcData': {
        'function': 'RxOrcData', 'op': '',
        'arguments': {
            'file': ('file', 'path'),
            'column_info': ('colInfo', 'list'),
            'file_system': ('fileSystem', 'any'),
            'write_factors_as_indexes': ('writeFactorsAsIndexes', 'flag'),
            'cache': ('cache', 'flag'),
        },
    },
    'RxHiveData': {
        'function': 'RxHiveData', 'op': '',
        'arguments': {
            'query': ('query', 'string'),
            'table': ('table', 'string'),
            'save_as_temp_table': ('saveAsTempTable', 'flag'),
            'write_factors_as_indexes': ('writeFactorsAsIndexes', 'flag'),
            'column_info': ('colInfo', 'list'),
            'cache': ('cache', 'flag'),
        },
    },
    'RxSparkDataFrame': {
        'function': 'RxSparkDataFrame', 'op': '',
        'arguments': {
            'data': ('data', 'any'),
            'column_info': ('colInfo', 'list'),
            'write_factors_as_indexes': ('writeFactorsAsIndexes', 'flag'),
        },
    },
}


def rx_import(input_data, output_file=None, vars_to_keep=None, vars_to_drop=None, row_selection=None,
        transforms=None, transform_objects=None, transform_function=None, transform_variables=None,
        transform_packages=None, transform_environment=None, append=None, overwrite=False, number_rows=None,
        strings_as_factors=None, column_classes=None, column_info=None, rows_per_read=None, type=None,
        max_rows_by_columns=None, report_progress=None, verbose=None, xdf_compression_level=None,
        create_composite_set=None, blocks_per_composite_file=None, compute_context=None, **kwargs):
    """Import data into an .xdf file or a data frame.

    Parameters
    ----------
    input_data : data
        The input: a data source, a path or a data frame.
    output_file : target
        Where the rows go: path, data source, or nothing for a data frame.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    vars_to_drop : names
        Variables to leave out; not together with varsToKeep.
    row_selection : expression
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : expressions
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : list
        Named objects that transforms, transformFunc and rowSelection may use.
    transform_function : function
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : names
        Variables that transformFunc gets.
    transform_packages : strings
        Packages that transformFunc needs.
    transform_environment : any
        Parent environment of transforms and transformFunc.
    append : choice
        "none" writes a new output, "rows" adds rows to an existing one, "cols" adds columns.
    overwrite : flag
        An existing output may be replaced.
    number_rows : number
        Number of rows to use, -1 for all.
    strings_as_factors : flag
        Text columns become factors.
    column_classes : list
        Types by column name: logical, integer, float32, numeric, character, factor, ordered, int16,
        uint16, Date, POSIXct.
    column_info : list
        Details by column name: type, newName, description, levels, newLevels, low, high, start,
        width, decimalPlaces, index. Wins over colClasses.
    rows_per_read : integer
        Rows read at once and written as one block; never changes a result.
    type : string
        Kind of input or of prediction.
    max_rows_by_columns : number
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : integer
        More output for values above 0.
    xdf_compression_level : integer
        zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are.
    create_composite_set : flag
        Write a folder with data and metadata files instead of one file.
    blocks_per_composite_file : integer
        Blocks in each part file of a composite set.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_import', locals())


def rx_data_step(input_data=None, output_file=None, vars_to_keep=None, vars_to_drop=None, row_selection=None,
        transforms=None, transform_objects=None, transform_function=None, transform_variables=None,
        transform_packages=None, transform_environment=None, append=None, overwrite=False,
        row_variable_name=None, remove_missings_on_read=False, remove_missings=False, compute_low_high=True,
        max_rows_by_cols=3000000, rows_per_read=-1, start_row=1, number_rows_read=-1,
        return_transform_objects=False, blocks_per_read=None, report_progress=None,
        xdf_compression_level=None, strings_as_factors=None, compute_context=None, **kwargs):
    """Select, transform and write rows.

    Parameters
    ----------
    input_data : data
        The input: a data source, a path or a data frame.
    output_file : target
        Where the rows go: path, data source, or nothing for a data frame.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    vars_to_drop : names
        Variables to leave out; not together with varsToKeep.
    row_selection : expression
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : expressions
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : list
        Named objects that transforms, transformFunc and rowSelection may use.
    transform_function : function
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : names
        Variables that transformFunc gets.
    transform_packages : strings
        Packages that transformFunc needs.
    transform_environment : any
        Parent environment of transforms and transformFunc.
    append : choice
        "none" writes a new output, "rows" adds rows to an existing one, "cols" adds columns.
    overwrite : flag
        An existing output may be replaced.
    row_variable_name : string
        Name of the variable that holds row names.
    remove_missings_on_read : flag
        Leave out rows with any missing value as they are read.
    remove_missings : flag
        Leave out rows with any missing value from the output.
    compute_low_high : flag
        Compute the stored range of each variable while writing.
    max_rows_by_cols : number
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    rows_per_read : integer
        Rows read at once and written as one block; never changes a result.
    start_row : number
        First row to use, counted from 1.
    number_rows_read : number
        Number of rows to use, -1 for all.
    return_transform_objects : flag
        Return the transformObjects as the functions left them; no rows are written.
    blocks_per_read : integer
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    xdf_compression_level : integer
        zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are.
    strings_as_factors : flag
        Text columns become factors.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_data_step', locals())


def rx_get_info(data, get_var_info=False, get_block_sizes=False, get_value_labels=None, vars_to_keep=None,
        vars_to_drop=None, start_row=1, num_rows=0, compute_info=False, all_nodes=False, verbose=0,
        compute_context=None, **kwargs):
    """Information about a data source.

    Parameters
    ----------
    data : data
        A data source, the path of an .xdf, or a data frame.
    get_var_info : flag
        Report the variables.
    get_block_sizes : flag
        Report the rows of each block.
    get_value_labels : flag
        Report factor levels and value labels.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    vars_to_drop : names
        Variables to leave out; not together with varsToKeep.
    start_row : number
        First row to use, counted from 1.
    num_rows : number
        Number of rows to use, -1 for all.
    compute_info : flag
        Read the data where the source does not store ranges, levels or the number of rows.
    all_nodes : flag
        Ask every node of a distributed context.
    verbose : integer
        More output for values above 0.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_get_info', locals())


def rx_get_var_info(data, get_value_labels=True, vars_to_keep=None, vars_to_drop=None, compute_info=False,
        all_nodes=False, compute_context=None, **kwargs):
    """Information about the variables of a data source.

    Parameters
    ----------
    data : data
        A data source, the path of an .xdf, or a data frame.
    get_value_labels : flag
        Report factor levels and value labels.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    vars_to_drop : names
        Variables to leave out; not together with varsToKeep.
    compute_info : flag
        Read the data where the source does not store ranges, levels or the number of rows.
    all_nodes : flag
        Ask every node of a distributed context.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_get_var_info', locals())


def rx_get_var_names(data, **kwargs):
    """Names of the variables of a data source.

    Parameters
    ----------
    data : data
        A data source, the path of an .xdf, or a data frame.
    """
    return call('rx_get_var_names', locals())


def rx_set_var_info(var_info, data, **kwargs):
    """Change names, descriptions, ranges and labels of variables.

    Parameters
    ----------
    var_info : any
        Information as rxGetVarInfo returns it, changed.
    data : data
        A data source, the path of an .xdf, or a data frame.
    """
    return call('rx_set_var_info', locals())


def rx_set_info(data, description="", **kwargs):
    """Set the description of a data set.

    Parameters
    ----------
    data : data
        A data source, the path of an .xdf, or a data frame.
    description : string
        A text that describes the data.
    """
    return call('rx_set_info', locals())


def rx_create_col_info(data, include_low_high=False, factors_only=False, vars_to_keep=None, sort_levels=False,
        compute_info=True, use_factor_index=False, **kwargs):
    """A colInfo list from a data source.

    Parameters
    ----------
    data : data
        A data source, the path of an .xdf, or a data frame.
    include_low_high : flag
        Include the stored ranges.
    factors_only : flag
        Factors only.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    sort_levels : flag
        Sort the levels.
    compute_info : flag
        Read the data where the source does not store ranges, levels or the number of rows.
    use_factor_index : flag
        Describe factors by their index.
    """
    return call('rx_create_col_info', locals())


def rx_read_xdf(file, vars_to_keep=None, vars_to_drop=None, row_var_name=None, start_row=1, num_rows=None,
        return_data_frame=True, strings_as_factors=False, max_rows_by_columns=None, report_progress=None,
        read_by_block=False, cpp_interp=None, **kwargs):
    """Read an .xdf file into a data frame.

    Parameters
    ----------
    file : path
        Path of the file, or of a folder for a set of files.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    vars_to_drop : names
        Variables to leave out; not together with varsToKeep.
    row_var_name : string
        Name of the variable that holds row names.
    start_row : number
        First row to use, counted from 1.
    num_rows : number
        Number of rows to use, -1 for all.
    return_data_frame : flag
        Return a data frame instead of a list.
    strings_as_factors : flag
        Text columns become factors.
    max_rows_by_columns : number
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    read_by_block : flag
        Accepted and not used.
    cpp_interp : any
        Accepted and not used.
    """
    return call('rx_read_xdf', locals())


def rx_xdf_to_data_frame(file, vars_to_keep=None, vars_to_drop=None, row_variable_name=None,
        row_selection=None, transforms=None, transform_objects=None, transform_function=None,
        transform_variables=None, transform_packages=None, transform_environment=None, remove_missings=False,
        strings_as_factors=False, blocks_per_read=None, max_rows_by_columns=3000000, report_progress=None,
        cpp_interp=None, **kwargs):
    """Read an .xdf file into a data frame, with transforms.

    Parameters
    ----------
    file : path
        Path of the file, or of a folder for a set of files.
    vars_to_keep : names
        Variables to keep; not together with varsToDrop.
    vars_to_drop : names
        Variables to leave out; not together with varsToKeep.
    row_variable_name : string
        Name of the variable that holds row names.
    row_selection : expression
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : expressions
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : list
        Named objects that transforms, transformFunc and rowSelection may use.
    transform_function : function
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : names
        Variables that transformFunc gets.
    transform_packages : strings
        Packages that transformFunc needs.
    transform_environment : any
        Parent environment of transforms and transformFunc.
    remove_missings : flag
        Leave out rows with any missing value from the output.
    strings_as_factors : flag
        Text columns become factors.
    blocks_per_read : integer
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    max_rows_by_columns : number
        Most values (rows times columns) of a returned data frame; more rows of a file are cut off
        with a warning; rows in memory are all returned.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    cpp_interp : any
        Accepted and not used.
    """
    return call('rx_xdf_to_data_frame', locals())


def rx_open(src, mode="r", **kwargs):
    """Open a data source for reading or writing piece by piece.

    Parameters
    ----------
    src : source
        A data source.
    mode : choice
        "r" reads, "w" writes.
    """
    return call('rx_open', locals())


def rx_close(src, mode="r", **kwargs):
    """Close a data source.

    Parameters
    ----------
    src : source
        A data source.
    mode : choice
        "r" reads, "w" writes.
    """
    return call('rx_close', locals())


def rx_is_open(src, mode="r", **kwargs):
    """Whether a data source is open.

    Parameters
    ----------
    src : source
        A data source.
    mode : choice
        "r" reads, "w" writes.
    """
    return call('rx_is_open', locals())


def rx_read_next(src, **kwargs):
    """The next piece of an open data source.

    Parameters
    ----------
    src : source
        A data source.
    """
    return call('rx_read_next', locals())


def rx_write_next(input_data, output_data, **kwargs):
    """Write a piece to an open data source.

    Parameters
    ----------
    input_data : any
        Where the rows come from.
    output_data : source
        Where the rows go.
    """
    return call('rx_write_next', locals())


def rx_summary(formula, data, by_group_out_file=None, summary_stats=None, by_term=True, pweights=None,
        fweights=None, row_selection=None, transforms=None, transform_objects=None, transform_function=None,
        transform_variables=None, transform_packages=None, transform_environment=None, overwrite=False,
        use_sparse_cube=None, remove_zero_counts=None, blocks_per_read=None, rows_per_block=100000,
        report_progress=None, verbose=0, compute_context=None, **kwargs):
    """Summary statistics.

    Parameters
    ----------
    formula : formula
        The model: response ~ terms, with + : * ^ - F() N() and functions.
    data : data
        A data source, the path of an .xdf, or a data frame.
    by_group_out_file : target
        An .xdf (or several, numbered) for the statistics by group.
    summary_stats : strings
        Which of Mean, StdDev, Min, Max, ValidObs, MissingObs, Sum to report.
    by_term : flag
        True: rows with missing values are left out term by term; False: rows with any missing value
        are left out of all terms.
    pweights : string
        Name of the variable that holds probability weights.
    fweights : string
        Name of the variable that holds frequency weights: how often a row counts.
    row_selection : expression
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : expressions
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : list
        Named objects that transforms, transformFunc and rowSelection may use.
    transform_function : function
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : names
        Variables that transformFunc gets.
    transform_packages : strings
        Packages that transformFunc needs.
    transform_environment : any
        Parent environment of transforms and transformFunc.
    overwrite : flag
        An existing output may be replaced.
    use_sparse_cube : flag
        Kept for compatibility: cells are always stored as the data need.
    remove_zero_counts : flag
        Leave out cells without observations.
    blocks_per_read : integer
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    rows_per_block : integer
        Rows of each block written.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : integer
        More output for values above 0.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_summary', locals())


def rx_lin_mod(formula, data, pweights=None, fweights=None, cube=False, cube_predictions=False,
        variable_selection=None, row_selection=None, transforms=None, transform_objects=None,
        transform_function=None, transform_variables=None, transform_packages=None,
        transform_environment=None, drop_first=False, drop_main=True, cov_coef=False, cov_data=False,
        coef_label_style=None, blocks_per_read=1, report_progress=None, verbose=0, compute_context=None,
        **kwargs):
    """Linear models.

    Parameters
    ----------
    formula : formula
        The model: response ~ terms, with + : * ^ - F() N() and functions.
    data : data
        A data source, the path of an .xdf, or a data frame.
    pweights : string
        Name of the variable that holds probability weights.
    fweights : string
        Name of the variable that holds frequency weights: how often a row counts.
    cube : flag
        Fit by the partitioned inverse: the first term is categorical and keeps all its levels,
        without intercept.
    cube_predictions : flag
        Put the prediction of each cell into countDF.
    variable_selection : any
        Stepwise selection; not available yet.
    row_selection : expression
        Rows for which it is true are used; evaluated after the transforms. Text in the portable
        expression language (docs/expressions.md).
    transforms : expressions
        New variables by name: expressions of the variables of a row. Text in the portable
        expression language (docs/expressions.md).
    transform_objects : list
        Named objects that transforms, transformFunc and rowSelection may use.
    transform_function : function
        A function that gets the variables of a chunk and returns them changed.
    transform_variables : names
        Variables that transformFunc gets.
    transform_packages : strings
        Packages that transformFunc needs.
    transform_environment : any
        Parent environment of transforms and transformFunc.
    drop_first : flag
        The first level of each factor is the reference instead of the last.
    drop_main : flag
        Drop main effects before interactions when they are aliased.
    cov_coef : flag
        Keep the covariance matrix of the coefficients.
    cov_data : flag
        Keep the covariance matrix of the data.
    coef_label_style : choice
        "Revo" labels coefficients factor=level, "R" factorlevel.
    blocks_per_read : integer
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : integer
        More output for values above 0.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_lin_mod', locals())


def rx_predict(model_object=None, data=None, output_data=None, compute_standard_errors=False, interval="none",
        confidence_level=0.95, compute_residuals=False, type=None, write_model_vars=False,
        extra_vars_to_write=None, remove_missings=False, append=None, overwrite=False,
        check_factor_levels=True, predict_var_names=None, residual_var_names=None, interval_var_names=None,
        std_errors_var_names=None, pred_names=None, blocks_per_read=None, report_progress=None, verbose=0,
        xdf_compression_level=None, compute_context=None, **kwargs):
    """Predictions of a fitted model.

    Parameters
    ----------
    model_object : any
        A fitted model.
    data : data
        A data source, the path of an .xdf, or a data frame.
    output_data : target
        Where the results go: path, data source, or nothing for a data frame (for an .xdf as input:
        into that file).
    compute_standard_errors : flag
        Write standard errors of the predictions; the model must have been fitted with covCoef.
    interval : choice
        Kind of interval to write.
    confidence_level : number
        Confidence level of the intervals, between 0 and 1.
    compute_residuals : flag
        Write residuals too.
    type : string
        Kind of input or of prediction.
    write_model_vars : flag
        Write the variables of the model beside the predictions.
    extra_vars_to_write : names
        Further variables of the data to write beside the predictions.
    remove_missings : flag
        Leave out rows with any missing value from the output.
    append : choice
        "none" writes a new output, "rows" adds rows to an existing one, "cols" adds columns.
    overwrite : flag
        An existing output may be replaced.
    check_factor_levels : flag
        Check that the factor levels of the data are those of the model.
    predict_var_names : strings
        Names of the prediction variables.
    residual_var_names : strings
        Names of the residual variables.
    interval_var_names : strings
        Names of the two interval variables.
    std_errors_var_names : strings
        Names of the standard error variables.
    pred_names : strings
        Another name of predVarNames.
    blocks_per_read : integer
        Blocks of an .xdf read at once; steers progress lines and the chunks that user functions
        see, never a result.
    report_progress : integer
        0 nothing, 1 a row counter, 2 rows and times, 3 all times.
    verbose : integer
        More output for values above 0.
    xdf_compression_level : integer
        zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are.
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_predict', locals())


def rx_set_compute_context(compute_context, **kwargs):
    """Make a compute context the active one.

    Parameters
    ----------
    compute_context : context
        Where this call computes; the active compute context by default.
    """
    return call('rx_set_compute_context', locals())


def rx_get_compute_context(**kwargs):
    """The active compute context.

    """
    return call('rx_get_compute_context', locals())


def rx_get_option(opt, default=None, **kwargs):
    """The value of an option.

    Parameters
    ----------
    opt : string
        Name of an option.
    default : any
        What to return for a name that is no option.
    """
    return call('rx_get_option', locals())


def rx_xdf_file_name(x, **kwargs):
    """The file name of an .xdf data source.

    Parameters
    ----------
    x : any
        A data source or path.
    """
    return call('rx_xdf_file_name', locals())


def rx_locate_file(file, paths_to_search=None, file_system=None, is_out_file=False, default_ext=".xdf",
        verbose=0, **kwargs):
    """Find a file in the data paths.

    Parameters
    ----------
    file : path
        Path of the file, or of a folder for a set of files.
    paths_to_search : strings
        Folders searched after the working directory.
    file_system : any
        "native" or a file system object.
    is_out_file : flag
        The path is one to write.
    default_ext : string
        Extension added to a name without one.
    verbose : integer
        More output for values above 0.
    """
    return call('rx_locate_file', locals())


def rx_compare_contexts(context1, context2, exact_match=False, **kwargs):
    """Whether two compute contexts are the same.

    Parameters
    ----------
    context1 : context
        A compute context.
    context2 : context
        The compute context to compare with.
    exact_match : flag
        Compare every setting instead of the identity only.
    """
    return call('rx_compare_contexts', locals())


def rx_is_distributed_context(compute_context=None, data=None, **kwargs):
    """Whether a compute context is distributed.

    Parameters
    ----------
    compute_context : context
        Where this call computes; the active compute context by default.
    data : data
        A data source, the path of an .xdf, or a data frame.
    """
    return call('rx_is_distributed_context', locals())


def rx_spark_connect(hdfs_share_dir=None, share_dir=None, user=None, name_node=None, master="yarn", port=None,
        auto_cleanup=True, console_output=False, packages_to_load=None, idle_timeout=None, num_executors=None,
        executor_cores=None, executor_mem=None, driver_mem=None, executor_overhead_mem=None,
        extra_spark_config="", spark_reduce_method="auto", tmp_fs_work_dir=None, interop=None, reset=False,
        client_share_dir=None, ssh_hostname=None, ssh_switches="", ssh_profile_script=None, ssh_client_dir="",
        job_tracker_url=None, on_cluster_node=None, suppress_warning=True, show_output_while_waiting=True,
        working_dir=None, data_path=None, out_data_path=None, file_system=None, results_timeout=15, **kwargs):
    """Connect to a Spark application that stays.

    Starts a Spark application, or finds one of this user again that was started with the same
    settings, and makes its compute context the active one. Returns the context.

    Parameters
    ----------
    hdfs_share_dir : string
        Scratch folder in HDFS; with master "local" shareDir is used instead.
    share_dir : string
        Scratch folder that driver and executors see.
    user : string
        Kept for compatibility: the driver runs on this machine, as you.
    name_node : string
        Name node of the HDFS where paths without a host lie; "default": as Spark is configured.
    master : string
        "yarn", "standalone", "local" or a URL such as "spark://host:7077".
    port : any
        Port of the name node; 0: its own.
    auto_cleanup : flag
        Remove what a job left behind once its result is fetched.
    console_output : flag
        Show what workers print.
    packages_to_load : strings
        Packages that workers of the language load.
    idle_timeout : number
        Seconds without work after which a kept Spark application stops; negative: never.
    num_executors : integer
        Number of Spark executors; 65535: as many as there are.
    executor_cores : integer
        Cores of each Spark executor.
    executor_mem : string
        Java memory of each Spark executor, for example "4g".
    driver_mem : string
        Memory of the Spark driver, for example "4g".
    executor_overhead_mem : string
        Memory of each Spark executor outside Java, where the workers of the engine live.
    extra_spark_config : string
        Further arguments of spark-submit: "--conf key=value ...".
    spark_reduce_method : choice
        How states are merged: by the client ("oneStage"), by executors first ("twoStage"), or as
        their size says ("auto"). The answer is the same.
    tmp_fs_work_dir : string
        Folder in memory for the workers; /dev/shm where it has room.
    interop : strings
        "sparklyr" (R) or "pyspark" (Python): compute in the Spark session of that package.
    reset : flag
        Stop every Spark application of this user first, with all that they cached.
    client_share_dir : string
        Folder of this machine for the socket and the log of the Spark application.
    ssh_hostname : string
        Kept for compatibility: the driver runs on this machine; another host is refused.
    ssh_switches : string
        Kept for compatibility: the driver runs on this machine.
    ssh_profile_script : string
        Kept for compatibility: the driver runs on this machine.
    ssh_client_dir : string
        Kept for compatibility: the driver runs on this machine.
    job_tracker_url : string
        Turns the web pages of the Spark application on.
    on_cluster_node : flag
        This session runs on a node of the cluster.
    suppress_warning : flag
        No notes on arguments that mean nothing with this master.
    show_output_while_waiting : flag
        Show the output of the driver while a call waits.
    working_dir : string
        Working directory of the driver.
    data_path : strings
        Folders searched for input files, in order.
    out_data_path : strings
        Folders for output files; the first that exists is used.
    file_system : any
        "native" or a file system object.
    results_timeout : number
        Seconds to go on asking for results on a loaded cluster.
    """
    return call('rx_spark_connect', locals())


def rx_spark_disconnect(compute_context=None, **kwargs):
    """Stop the Spark application of a context and compute locally again.

    A session of PySpark or sparklyr that was attached lives on.

    Parameters
    ----------
    compute_context : context
        The context of rxSparkConnect; the active one by default.
    """
    return call('rx_spark_disconnect', locals())


def rx_stop_engine(compute_context=None, scope="session", **kwargs):
    """Stop Spark applications.

    Parameters
    ----------
    compute_context : context
        An RxSpark context; the active one by default.
    scope : choice
        "session": the application of this context; "user": all of this user.
    """
    return call('rx_stop_engine', locals())


def rx_spark_cache_data(in_data, cache=True, **kwargs):
    """Have Spark keep the rows of a data source.

    Returns the source with its cache flag changed; its rows stay in the memory of the Spark
    application once they have been read. For .xdf, Parquet, ORC and Hive sources.

    Parameters
    ----------
    in_data : source
        The data source.
    cache : flag
        Keep the rows in the memory of the Spark application once they have been read.
    """
    return call('rx_spark_cache_data', locals())


def rx_spark_list_data(show_description=True, compute_context=None, **kwargs):
    """What the Spark application keeps in memory.

    Parameters
    ----------
    show_description : flag
        Print the list too.
    compute_context : context
        An RxSpark context; the active one by default.
    """
    return call('rx_spark_list_data', locals())


def rx_spark_remove_data(remove_list, compute_context=None, **kwargs):
    """Remove kept rows from the memory of the Spark application.

    Parameters
    ----------
    remove_list : any
        What to remove: a data source, a name, a list of them, or what rxSparkListData returned
        (all).
    compute_context : context
        An RxSpark context; the active one by default.
    """
    return call('rx_spark_remove_data', locals())


def rx_get_pyspark_connection(compute_context=None, **kwargs):
    """The SparkContext of a compute context.

    Of a context that rx_spark_connect(interop='pyspark') returned.

    Parameters
    ----------
    compute_context : context
        The context; the active one by default.
    """
    return call('rx_get_pyspark_connection', locals())


__all__ = [
    'rx_import',
    'rx_data_step',
    'rx_get_info',
    'rx_get_var_info',
    'rx_get_var_names',
    'rx_set_var_info',
    'rx_set_info',
    'rx_create_col_info',
    'rx_read_xdf',
    'rx_xdf_to_data_frame',
    'rx_open',
    'rx_close',
    'rx_is_open',
    'rx_read_next',
    'rx_write_next',
    'rx_summary',
    'rx_lin_mod',
    'rx_predict',
    'rx_set_compute_context',
    'rx_get_compute_context',
    'rx_get_option',
    'rx_xdf_file_name',
    'rx_locate_file',
    'rx_compare_contexts',
    'rx_is_distributed_context',
    'rx_spark_connect',
    'rx_spark_disconnect',
    'rx_stop_engine',
    'rx_spark_cache_data',
    'rx_spark_list_data',
    'rx_spark_remove_data',
    'rx_get_pyspark_connection',
]
