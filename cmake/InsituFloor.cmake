# insitu_in_batches(<target> [ALONE files...]): compiles the target in batches where that is asked for.
function(insitu_in_batches target)
  cmake_parse_arguments(PARSE_ARGV 1 batch "" "" "ALONE")
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${INSITU_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  set_source_files_properties(${batch_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# insitu_floor(name <target_link_libraries arguments>): the library of one floor, from all sources of its folder and its rooms.
function(insitu_floor name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/capi/c/")  # of the shared library alone (InsituLibrary)
  set(target insitu_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/src>
                                                $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                                                $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} ${ARGN})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:insitu_compiler>)
  else()
    add_library(${target} INTERFACE)
    list(TRANSFORM ARGN REPLACE "^(PUBLIC|PRIVATE)$" "INTERFACE")
    target_link_libraries(${target} ${ARGN})
  endif()
endfunction()
