# Arrow C++ with Parquet and ORC, for plugins/arrow: the headers and libraries that a pyarrow wheel carries, or those of the system.
#   InsituArrow_FOUND, InsituArrow_VERSION, InsituArrow_LIBRARY_DIR, InsituArrow_PYTHON (whose pyarrow it is; not for the
#   system's) and the target InsituArrow::arrow
# Pythons are asked in this order: Python_EXECUTABLE, the tree's own build/venv, python3.
set(_pythons ${Python_EXECUTABLE} ${PROJECT_SOURCE_DIR}/build/venv/bin/python)
find_program(InsituArrow_PYTHON3 python3)
mark_as_advanced(InsituArrow_PYTHON3)
if(InsituArrow_PYTHON3)
  list(APPEND _pythons ${InsituArrow_PYTHON3})
endif()

foreach(_python IN LISTS _pythons)
  if(NOT InsituArrow_LIBRARY AND EXISTS ${_python})
    execute_process(
      COMMAND ${_python} -c "import pyarrow, os; print(pyarrow.__version__ + ';' + pyarrow.get_include() + ';' + os.path.dirname(pyarrow.__file__))"
      OUTPUT_VARIABLE _found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE _failed)
    if(NOT _failed)
      list(GET _found 0 InsituArrow_VERSION)
      list(GET _found 1 InsituArrow_INCLUDE_DIR)
      list(GET _found 2 InsituArrow_LIBRARY_DIR)
      # The wheel has the versioned names alone: libarrow.so.2600.
      file(GLOB InsituArrow_LIBRARY ${InsituArrow_LIBRARY_DIR}/libarrow.so.*)
      file(GLOB InsituArrow_PARQUET_LIBRARY ${InsituArrow_LIBRARY_DIR}/libparquet.so.*)
      if(InsituArrow_LIBRARY)
        set(InsituArrow_PYTHON ${_python})
      endif()
    endif()
  endif()
endforeach()

if(NOT InsituArrow_LIBRARY)
  find_package(Arrow CONFIG QUIET)
  find_package(Parquet CONFIG QUIET)
  if(Arrow_FOUND AND Parquet_FOUND AND TARGET Arrow::arrow_shared AND TARGET Parquet::parquet_shared)
    set(InsituArrow_VERSION ${Arrow_VERSION})
    get_target_property(InsituArrow_LIBRARY Arrow::arrow_shared LOCATION)
    get_target_property(InsituArrow_PARQUET_LIBRARY Parquet::parquet_shared LOCATION)
    get_target_property(InsituArrow_INCLUDE_DIR Arrow::arrow_shared INTERFACE_INCLUDE_DIRECTORIES)
    cmake_path(GET InsituArrow_LIBRARY PARENT_PATH InsituArrow_LIBRARY_DIR)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(InsituArrow
  REQUIRED_VARS InsituArrow_LIBRARY InsituArrow_PARQUET_LIBRARY InsituArrow_INCLUDE_DIR VERSION_VAR InsituArrow_VERSION)
if(InsituArrow_FOUND AND NOT TARGET InsituArrow::arrow)
  add_library(InsituArrow::arrow INTERFACE IMPORTED)
  target_include_directories(InsituArrow::arrow SYSTEM INTERFACE ${InsituArrow_INCLUDE_DIR})
  target_link_libraries(InsituArrow::arrow INTERFACE ${InsituArrow_PARQUET_LIBRARY} ${InsituArrow_LIBRARY})
endif()
